package io.github.moe4j.bench.doctor;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import io.github.moe4j.bench.machine.CacheSizes;
import io.github.moe4j.bench.machine.RateMeter;
import io.github.moe4j.bench.machine.Speeds;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Version;
import io.github.moe4j.core.internal.ArrayMemory;
import io.github.moe4j.core.internal.OpenBlasVersion;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/** Finds the facts of this JVM and machine. */
final class FactFinder {
  private FactFinder() {}

  /** All of them; measures for little more than a second. */
  static Facts find() {
    Facts.Processors processors = processors(); // before the measurements are a load themselves
    Facts.Blas blas = blas();
    Speeds speeds = Speeds.measure(blas != null);
    return new Facts(java(), kernels(speeds), blas, processors, memory(), versions(), speeds);
  }

  private static Facts.Java java() {
    return new Facts.Java(
        System.getProperty("java.version"),
        System.getProperty("java.vendor"),
        System.getProperty("java.vm.name"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  private static Facts.KernelChoice kernels(Speeds speeds) {
    int bits = speeds.limit() == null ? maxVectorBits() : speeds.limit().vectorBits();
    return new Facts.KernelChoice(
        bits, Kernels.hasModule(), Kernels.chosen().isPresent(), Kernels.reason());
  }

  /** What HotSpot's compiler uses at most; 0 on another JVM. */
  private static int maxVectorBits() {
    try {
      var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean == null
          ? 0
          : Byte.SIZE * Integer.parseInt(bean.getVMOption("MaxVectorSize").getValue());
    } catch (IllegalArgumentException e) {
      return 0; // no such option
    }
  }

  private static Facts.@Nullable Blas blas() {
    try {
      String backend = Nd4j.getBackend().getClass().getSimpleName();
      String vendor = FigureOptions.blas();
      return new Facts.Blas(
          backend,
          vendor,
          OpenBlasCore.config(),
          OpenBlasCore.core(),
          Objects.requireNonNullElse(OpenBlasVersion.warning(vendor), ""));
    } catch (RuntimeException | LinkageError e) {
      return null; // no backend, or no native code for this platform: the report says so
    }
  }

  private static Facts.Processors processors() {
    return new Facts.Processors(
        Runtime.getRuntime().availableProcessors(),
        RateMeter.threads(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        CacheSizes.ofThisMachine().kilobytes());
  }

  private static Facts.Memory memory() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Facts.Memory(
        Runtime.getRuntime().maxMemory(),
        ArrayMemory.ofProcess().limit(),
        Pointer.maxPhysicalBytes(),
        system == null ? 0 : system.getTotalMemorySize(),
        Pointer.totalPhysicalBytes());
  }

  private static Map<String, String> versions() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("moe4j", Version.number());
    all.put("ND4J", version("org.nd4j", "nd4j-api"));
    all.put("JavaCPP", version("org.bytedeco", "javacpp"));
    all.put("OpenBLAS", version("org.bytedeco", "openblas"));
    return all;
  }

  /** The version that Maven left in the first jar on the class path that has one. */
  private static String version(String group, String artifact) {
    Properties pom = new Properties();
    String name = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    try (InputStream in = FactFinder.class.getResourceAsStream(name)) {
      if (in != null) {
        pom.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pom.getProperty("version", "unknown");
  }
}
