package io.github.moe4j.core.internal.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses between the kernels of the JDK's Vector API and BLAS, once for the JVM, and says in one line of
 * the log what would be faster.
 *
 * <p>{@code -Dmoe4j.kernels=blas} takes BLAS; {@code vector} takes the kernels or fails; without it they run
 * where the JVM has the module {@code jdk.incubator.vector}, is one that they are tested on, and compiles
 * them to vector instructions. An interpreter or a simple compiler would make them slower than any loop.
 *
 * @param floats for float32
 * @param floatRooms scratch memory for that
 * @param doubles for float64
 * @param doubleRooms scratch memory for that
 * @param packed for weights of few bits
 * @param rows for codes that follow each other
 */
public record Kernels(
    Kernel<float[]> floats,
    Room.Pool<float[]> floatRooms,
    Kernel<double[]> doubles,
    Room.Pool<double[]> doubleRooms,
    PackedKernels packed,
    RowCodes rows) {
  /** The property that chooses. */
  public static final String PROPERTY = "moe4j.kernels";

  private static final String MODULE = "jdk.incubator.vector";
  private static final String PACKAGE = "io.github.moe4j.core.internal.vector.";

  /** The API is of an incubator, which may change with each JDK: tested from 17 to this one. */
  private static final int NEWEST_JDK = 25;

  private static final Choice CHOICE = choose(System.getProperty(PROPERTY), Jvm.running());

  /**
   * What was chosen.
   *
   * @param kernels null for BLAS
   * @param reason why BLAS was chosen; empty if the user did, or the kernels were
   */
  record Choice(@Nullable Kernels kernels, String reason) {}

  /** The kernels, or nothing where BLAS makes the products. */
  public static Optional<Kernels> chosen() {
    return Optional.ofNullable(CHOICE.kernels);
  }

  /** Why BLAS makes the products; empty if the kernels do or the user chose BLAS. */
  public static String reason() {
    return CHOICE.reason;
  }

  /** Whether the JVM has the module of the Vector API. */
  public static boolean hasModule() {
    return Jvm.running().hasModule;
  }

  /**
   * What measures the limit of the processor, where the kernels run or would if the user had not chosen
   * BLAS; nothing elsewhere.
   */
  public static Optional<PeakRate> peakRate() {
    boolean runs = CHOICE.kernels != null || Jvm.running().obstacle().isEmpty();
    return runs ? Optional.of((PeakRate) create("VectorPeakRate")) : Optional.empty();
  }

  static Choice choose(@Nullable String property, Jvm jvm) {
    String wanted = property == null ? "auto" : property.toLowerCase(Locale.ROOT);
    if (!List.of("auto", "vector", "blas").contains(wanted)) {
      throw new IllegalArgumentException(
          "%s must be auto, vector or blas but was %s".formatted(PROPERTY, property));
    }
    if (wanted.equals("blas")) {
      return new Choice(null, "");
    }
    String obstacle = jvm.obstacle();
    if (obstacle.isEmpty() || wanted.equals("vector") && jvm.hasModule()) {
      return new Choice(load(), "");
    }
    if (wanted.equals("vector")) {
      throw new IllegalStateException(
          "%s is vector but the kernels cannot run: %s".formatted(PROPERTY, obstacle));
    }
    System.getLogger("io.github.moe4j").log(System.Logger.Level.WARNING, message(obstacle));
    return new Choice(null, obstacle);
  }

  static String message(String obstacle) {
    return "matrix products run on BLAS, since " + obstacle
        + "; with the kernels a layer is up to twice as fast, depending on the processor (-D"
        + PROPERTY
        + "=blas silences this line)";
  }

  /**
   * What is known about a JVM.
   *
   * @param feature its version
   * @param hasModule whether the Vector API is there
   * @param compiler whether the optimizing compiler of HotSpot runs
   * @param fma whether the processor multiplies and adds in one instruction
   */
  record Jvm(int feature, boolean hasModule, boolean compiler, boolean fma) {
    static Jvm running() {
      return new Jvm(
          Runtime.version().feature(),
          ModuleLayer.boot().findModule(MODULE).isPresent(),
          isOptimizing(
              System.getProperty("java.vm.name", ""),
              System.getProperty("java.vm.info", ""),
              Jvm::flag),
          !"false".equals(flag("UseFMA")));
    }

    /** Why the kernels should not run, or nothing. */
    String obstacle() {
      if (!hasModule) {
        return "the JVM was started without --add-modules " + MODULE;
      }
      if (feature < 17 || feature > NEWEST_JDK) {
        return "the kernels are tested on JDK 17 to " + NEWEST_JDK + " and this is " + feature;
      }
      if (!compiler) {
        return "this JVM runs without HotSpot's C2 compiler";
      }
      return fma ? "" : "the processor has no fused multiply-add, or the JVM does not use it";
    }

    /**
     * Whether C2 compiles.
     *
     * @param name of the JVM
     * @param info about its mode
     * @param flags the value of each flag, empty if there is none
     */
    static boolean isOptimizing(String name, String info, UnaryOperator<String> flags) {
      boolean hotSpot = name.contains("HotSpot") || name.contains("OpenJDK");
      return hotSpot
          && !info.contains("interpreted")
          && flags.apply("UseCompiler").equals("true")
          && flags.apply("TieredStopAtLevel").equals("4")
          && !flags.apply("UseJVMCICompiler").equals("true");
    }

    private static String flag(String name) {
      try {
        var bean =
            ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class);
        return bean == null ? "" : bean.getVMOption(name).getValue();
      } catch (IllegalArgumentException e) {
        return ""; // this JVM has no such flag
      }
    }
  }

  @SuppressWarnings("unchecked") // by the names of the classes
  private static Kernels load() {
    Kernel<float[]> floats = (Kernel<float[]>) create("FloatVectorKernel");
    Kernel<double[]> doubles = (Kernel<double[]>) create("DoubleVectorKernel");
    PackedKernels packed = new PackedKernels(
        (PackedKernel<short[]>) create("BFloat16VectorKernel"),
        (PackedKernel<short[]>) create("Float16VectorKernel"),
        (PackedKernel<byte[]>) create("Int8VectorKernel"),
        (PackedKernel<byte[]>) create("E4m3VectorKernel"),
        (PackedKernel<byte[]>) create("Mxfp4VectorKernel"));
    return new Kernels(
        floats, new Room.Pool<>(floats), doubles, new Room.Pool<>(doubles), packed, (RowCodes)
            create("RowCodesVectorKernel"));
  }

  private static Object create(String name) {
    try {
      Class<?> type = Class.forName(PACKAGE + name);
      return MethodHandles.publicLookup()
          .findConstructor(type, MethodType.methodType(void.class))
          .invoke();
    } catch (Throwable e) {
      throw new LinkageError("the kernel " + name + " does not load", e);
    }
  }
}
