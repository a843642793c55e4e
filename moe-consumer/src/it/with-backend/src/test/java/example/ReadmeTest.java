package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
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

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  @Test
  void bom_replacesOutdatedDependencies_ofNd4j() {
    String classPath = classPath();
    for (String jar : System.getProperty("replaced").split(" ")) {
      assertTrue(classPath.contains(jar), () -> jar + " is not in " + classPath);
    }
  }

  @Test
  void bom_replacesClassesAndNatives_ofOpenBlas() {
    for (String artifact : List.of("openblas", "javacpp")) {
      String version = artifact + "-" + System.getProperty(artifact);
      List<String> jars = Arrays.stream(classPath().split(File.pathSeparator))
          .map(path -> new File(path).getName())
          .filter(name -> name.startsWith(artifact + "-"))
          .toList();
      assertEquals(2, jars.size(), jars.toString()); // classes, and natives of this platform
      assertTrue(jars.contains(version + ".jar"), jars.toString());
      assertTrue(jars.stream().allMatch(name -> name.startsWith(version)), jars.toString());
    }
  }
}
