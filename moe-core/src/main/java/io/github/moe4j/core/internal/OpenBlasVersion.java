package io.github.moe4j.core.internal;

import java.lang.module.ModuleDescriptor.Version;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Warns of an OpenBLAS that is older than the processors of today. ND4J brings one of 2021, which takes
 * a processor that it does not know for a much older one.
 */
public final class OpenBlasVersion {
  /** The artifacts that moe-bom manages. */
  static final String OPENBLAS = "0.3.31-1.5.13";

  static final String JAVACPP = "1.5.13";

  /** Platforms that have them. */
  static final Set<String> PLATFORMS =
      Set.of("linux-x86_64", "linux-arm64", "macosx-x86_64", "macosx-arm64", "windows-x86_64");

  private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)+");

  /** JavaCPP unpacks a library into a folder of the jar's name. */
  private static final Pattern JAR = Pattern.compile("openblas-(\\d+(?:\\.\\d+)+)-.*openblas");

  private OpenBlasVersion() {}

  /** Logs one warning if the BLAS library that is loaded is an old OpenBLAS. */
  static void warnIfOld(String vendor) {
    log(warning(vendor));
  }

  /** Logs a warning if there is one. */
  static void log(@Nullable String warning) {
    if (warning != null) {
      System.getLogger("io.github.moe4j.core").log(System.Logger.Level.WARNING, warning);
    }
  }

  /**
   * What to say about the library that is loaded, or null if nothing.
   *
   * @param vendor ND4J's name for it
   */
  public static @Nullable String warning(String vendor) {
    String version = loaded(Loader.getLoadedLibraries().values(), ofBindings());
    return warning(vendor, version, Loader.getPlatform());
  }

  /** Whether ND4J's name for a BLAS library is that of OpenBLAS. */
  static boolean isOpenBlas(String vendor) {
    return vendor.toLowerCase(Locale.ROOT).contains("openblas");
  }

  /**
   * The version of the library itself, or else of its bindings, which may be another; empty if unknown.
   *
   * @param files of the libraries that are loaded
   * @param bindings what they say of themselves, such as {@code OpenBLAS 0.3.19}
   */
  static String loaded(Collection<String> files, String bindings) {
    for (String file : files) {
      Matcher jar = JAR.matcher(file);
      if (jar.find()) {
        return jar.group(1);
      }
    }
    Matcher number = NUMBER.matcher(bindings);
    return number.find() ? number.group() : "";
  }

  /** By reflection: the compiler would copy the constant of the version that it sees. */
  static String ofBindings() {
    try {
      Class<?> bindings = Class.forName("org.bytedeco.openblas.global.openblas_nolapack");
      return String.valueOf(bindings.getField("OPENBLAS_VERSION").get(null));
    } catch (ReflectiveOperationException | LinkageError e) {
      return "";
    }
  }

  /**
   * What to say about the library that is loaded, or null if nothing.
   *
   * @param vendor ND4J's name for it
   * @param version such as {@code 0.3.19}; empty if unknown
   * @param platform JavaCPP's name of it
   */
  static @Nullable String warning(String vendor, String version, String platform) {
    String current = OPENBLAS.substring(0, OPENBLAS.indexOf('-'));
    if (!isOpenBlas(vendor)
        || version.isEmpty()
        || Version.parse(version).compareTo(Version.parse(current)) >= 0
        || !PLATFORMS.contains(platform)) {
      return null;
    }
    return ("OpenBLAS %s is old: on processors that it does not recognize, %s is two to three times as fast."
            + " Import io.github.moe4j:moe-bom, or add org.bytedeco:openblas:%s and"
            + " org.bytedeco:javacpp:%s, each with and without the classifier %s; see"
            + " https://github.com/moe4j/moe4j/blob/main/docs/performance.md#openblas")
        .formatted(version, current, OPENBLAS, JAVACPP, platform);
  }
}
