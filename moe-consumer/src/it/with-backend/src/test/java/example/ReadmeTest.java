package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void snippet_ofTheReadme_printsTheNumberOfAssignments() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed));
    try {
      Readme.main(new String[0]);
    } finally {
      System.setOut(out);
    }
    // 32 tokens, two experts each.
    assertEquals("64", printed.toString().strip());
  }

  @Test
  void bom_replacesOutdatedDependencies_ofNd4j() {
    String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String jar : System.getProperty("replaced").split(" ")) {
      assertTrue(classPath.contains(jar), () -> jar + " is not in " + classPath);
    }
  }
}
