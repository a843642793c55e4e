package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs every Java snippet of the README and the guides. */
class DocSnippetsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FILE =
      Pattern.compile("```java (\\S+\\.java)\\n(.*?)```", Pattern.DOTALL);
  private static final Path EXAMPLES = Path.of("src/test/java/io/github/moe4j/examples");
  private static final Pattern BESIDE_EXAMPLES =
      Pattern.compile("(package-info|Printed|\\w+Test)\\.java");
  private static final String IMPORTS = """
      import io.github.moe4j.balance.*;
      import io.github.moe4j.balance.control.*;
      import io.github.moe4j.balance.metric.*;
      import io.github.moe4j.core.*;
      import io.github.moe4j.core.capacity.*;
      import io.github.moe4j.core.checkpoint.*;
      import io.github.moe4j.core.experts.*;
      import io.github.moe4j.core.io.*;
      import io.github.moe4j.core.random.*;
      import io.github.moe4j.core.soft.*;
      import io.github.moe4j.core.training.*;
      import io.github.moe4j.core.transformer.*;
      import io.github.moe4j.core.watch.*;
      import io.github.moe4j.core.watch.micrometer.*;
      import io.github.moe4j.models.preset.*;
      import io.github.moe4j.models.layout.*;
      import io.github.moe4j.routing.*;
      import java.nio.file.*;
      import java.util.*;
      import java.util.concurrent.*;
      import org.nd4j.linalg.api.buffer.DataType;
      import org.nd4j.linalg.api.ndarray.INDArray;
      import org.nd4j.linalg.factory.Nd4j;
      import org.nd4j.linalg.indexing.NDArrayIndex;
      import org.nd4j.linalg.learning.config.Adam;
      """;

  @TempDir
  Path classes;

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      top.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
      docs.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    pages.sort(null);
    return pages;
  }

  @TestFactory
  List<DynamicTest> snippets_ofAllPages_compileAndRun() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : pages()) {
      Matcher matcher = SNIPPET.matcher(Files.readString(page));
      for (int i = 1; matcher.find(); i++) {
        String code = matcher.group(1);
        String name = "Snippet" + tests.size();
        tests.add(DynamicTest.dynamicTest(
            ROOT.relativize(page) + " snippet " + i, () -> compileAndRun(name, code)));
      }
    }
    assertTrue(tests.size() >= 4, "expected snippets but found " + tests.size());
    return tests;
  }

  @Test
  void files_shownOnPages_areThoseThatTheBuildCompilesAndTests() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (Path page : pages()) {
      Matcher matcher = FILE.matcher(Files.readString(page));
      while (matcher.find()) {
        shown.add(matcher.group(1));
        String source = Files.readString(EXAMPLES.resolve(matcher.group(1)));
        assertEquals(source, matcher.group(2), ROOT.relativize(page).toString());
      }
    }
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      List<String> hidden = files
          .map(file -> file.getFileName().toString())
          .filter(
              name -> !shown.contains(name) && !BESIDE_EXAMPLES.matcher(name).matches())
          .toList();
      assertEquals(List.of(), hidden, "examples that no page shows");
    }
  }

  @Test
  void tutorialRouter_isShort() throws IOException {
    long lines = Files.readAllLines(EXAMPLES.resolve("ThresholdRule.java")).size();
    assertTrue(lines < 60, "the router of the tutorial has " + lines + " lines");
  }

  @Test
  void firstLayer_isShort() throws IOException {
    String source = Files.readString(EXAMPLES.resolve("FirstLayer.java"));
    long lines = source.substring(source.indexOf("void main")).lines().count() - 3; // braces, head
    assertTrue(lines <= 30, "main of the first example has " + lines + " lines");
  }

  private void compileAndRun(String name, String code) throws Exception {
    String source = IMPORTS
        + "public class "
        + name
        + " { public static void main(String[] args) throws Exception {\n"
        + code
        + "}}";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    boolean compiled = compiler
        .getTask(messages, null, null, options, null, List.of(new Source(name, source)))
        .call();
    assertTrue(compiled, messages + "\n" + source);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    }
  }

  /** Source text in memory. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
