package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void snippet_ofTheReadme_printsTheLoadOfEightExperts() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed));
    try {
      Readme.main(new String[0]);
    } finally {
      System.setOut(out);
    }
    String load = printed.toString().strip();
    assertTrue(load.matches("\\[\\d+(, \\d+){7}\\]"), load);
    // 32 tokens, two experts each.
    assertEquals(64, Stream.of(load.split("\\D+")).filter(n -> !n.isEmpty()).mapToInt(Integer::parseInt).sum());
  }

  @Test
  void bom_replacesOutdatedDependencies_ofNd4j() {
    String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String jar : System.getProperty("replaced").split(" ")) {
      assertTrue(classPath.contains(jar), () -> jar + " is not in " + classPath);
    }
  }
}
