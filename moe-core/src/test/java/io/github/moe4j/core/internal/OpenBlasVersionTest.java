package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

/** What is said; that it is said once where an old one runs, the consumer without the BOM tests. */
class OpenBlasVersionTest {
  private static final String CACHE = "/home/me/.javacpp/cache/";
  private static final String INSIDE = "/org/bytedeco/openblas/linux-x86_64/libopenblas.so.0";

  @Test
  void versions_areThoseOfTheBuild() throws IOException {
    assertEquals(Loader.getVersion("org.bytedeco", "openblas"), OpenBlasVersion.OPENBLAS);
    assertEquals(Loader.getVersion(), OpenBlasVersion.JAVACPP);
  }

  @Test
  void platforms_areThoseThatTheBomManages() throws IOException {
    String bom = Files.readString(Path.of("../moe-bom/pom.xml"));
    List<String> managed = Pattern.compile("<classifier>(.*)</classifier>")
        .matcher(bom)
        .results()
        .map(found -> found.group(1))
        .distinct()
        .toList();
    assertEquals(OpenBlasVersion.PLATFORMS, Set.copyOf(managed));
  }

  @Test
  void loaded_libraryOfThisProcess_isThatOfTheBuild() {
    Nd4j.factory();
    String version = OpenBlasVersion.loaded(Loader.getLoadedLibraries().values(), "");
    assertTrue(OpenBlasVersion.OPENBLAS.startsWith(version + "-"), version);
  }

  @Test
  void loaded_nativesOtherThanBindings_versionOfTheNatives() {
    List<String> files = List.of(
        CACHE + "nd4j-native-1.0.0-M2.1-linux-x86_64.jar/libnd4jcpu.so",
        CACHE + "openblas-0.3.19-1.5.7-linux-x86_64.jar" + INSIDE);
    assertEquals("0.3.19", OpenBlasVersion.loaded(files, " OpenBLAS 0.3.31 "));
    String windows = "C:\\cache\\openblas-0.3.21-1.5.8-windows-x86_64.jar\\org\\openblas.dll";
    assertEquals("0.3.21", OpenBlasVersion.loaded(List.of(windows), " OpenBLAS 0.3.31 "));
  }

  @Test
  void loaded_jarWithoutVersion_thatOfTheBindings() {
    List<String> files = List.of(CACHE + "application.jar" + INSIDE);
    assertEquals("0.3.19", OpenBlasVersion.loaded(files, " OpenBLAS 0.3.19 "));
    assertEquals("0.3.32", OpenBlasVersion.loaded(files, " OpenBLAS 0.3.32.dev "));
    assertEquals("", OpenBlasVersion.loaded(files, ""));
  }

  @Test
  void warning_oldOne_saysWhatRunsWhatToAddAndWhatItIsWorth() {
    assertEquals(
        "OpenBLAS 0.3.19 is old: on processors that it does not recognize, 0.3.31 is two to three times as"
            + " fast. Import io.github.moe4j:moe-bom, or add org.bytedeco:openblas:0.3.31-1.5.13 and"
            + " org.bytedeco:javacpp:1.5.13, each with and without the classifier macosx-arm64; see"
            + " https://github.com/moe4j/moe4j/blob/main/docs/performance.md#openblas",
        OpenBlasVersion.warning("OPENBLAS", "0.3.19", "macosx-arm64"));
  }

  @ParameterizedTest(name = "{0} {1} on {2}")
  @CsvSource({
    "OPENBLAS,0.3.31,linux-x86_64", // current
    "OPENBLAS,0.3.40,linux-x86_64", // newer
    "OPENBLAS,1.0,linux-x86_64",
    "OPENBLAS,'',linux-x86_64", // unknown
    "OPENBLAS,0.3.19,linux-armhf", // none is newer there
    "MKL,0.3.19,linux-x86_64" // not what runs
  })
  void warning_nothingToGain_none(String vendor, String version, String platform) {
    assertNull(OpenBlasVersion.warning(vendor, version, platform));
  }

  @Test
  void warning_versionsWithFewerDigits_comparedAsNumbers() {
    String warning = OpenBlasVersion.warning("OPENBLAS", "0.3.9", "linux-x86_64");
    assertTrue(warning != null && warning.startsWith("OpenBLAS 0.3.9 is old"), warning);
  }

  @Test
  void isOpenBlas_vendorsOfNd4j() {
    assertTrue(OpenBlasVersion.isOpenBlas("OPENBLAS"));
    assertFalse(OpenBlasVersion.isOpenBlas("MKL"));
    assertFalse(OpenBlasVersion.isOpenBlas("UNKNOWN"));
  }

  @Test
  void ofBindings_ofThisProcess_versionOfTheBuild() {
    String version = OpenBlasVersion.loaded(List.of(), OpenBlasVersion.ofBindings());
    assertTrue(OpenBlasVersion.OPENBLAS.startsWith(version + "-"), version);
    assertFalse(version.isEmpty());
  }

  @Test
  void warning_libraryOfThisProcess_none() {
    assertNull(OpenBlasVersion.warning(OpenBlas.vendor()));
    assertNull(OpenBlasVersion.warning("MKL"));
  }

  @Test
  void log_warningOrNone_whatThereIs() {
    List<String> logged = LoggedLines.of("io.github.moe4j.core", () -> {
      OpenBlasVersion.log(null);
      OpenBlasVersion.log("it is old");
      OpenBlasVersion.warnIfOld("MKL");
      OpenBlasVersion.warnIfOld(OpenBlas.vendor());
    });
    assertEquals(List.of("WARNING: it is old"), logged);
  }
}
