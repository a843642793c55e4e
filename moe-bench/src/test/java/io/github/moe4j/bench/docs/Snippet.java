package io.github.moe4j.bench.docs;

import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A Java snippet of a page: statements that are compiled and run. What each {@code println} is given
 * goes, with its line, to the caller instead of {@code System.out}.
 */
final class Snippet {
  private static final String NAME = "Snippet";
  private static final Pattern PRINTLN = Pattern.compile("System\\.out\\.println\\(");
  private static final String IMPORTS = """
      import io.github.moe4j.balance.*;
      import io.github.moe4j.balance.control.*;
      import io.github.moe4j.balance.metric.*;
      import io.github.moe4j.core.*;
      import io.github.moe4j.core.capacity.*;
      import io.github.moe4j.core.checkpoint.*;
      import io.github.moe4j.core.group.*;
      import io.github.moe4j.core.experts.*;
      import io.github.moe4j.core.experts.quantized.*;
      import io.github.moe4j.core.io.*;
      import io.github.moe4j.core.lora.*;
      import io.github.moe4j.core.random.*;
      import io.github.moe4j.core.soft.*;
      import io.github.moe4j.core.training.*;
      import io.github.moe4j.core.transformer.*;
      import io.github.moe4j.core.watch.*;
      import io.github.moe4j.core.watch.micrometer.*;
      import io.github.moe4j.lab.LabRecorder;
      import io.github.moe4j.lab.RecordedRun;
      import io.github.moe4j.models.adapter.*;
      import io.github.moe4j.models.preset.*;
      import io.github.moe4j.models.layout.*;
      import io.github.moe4j.parallel.*;
      import io.github.moe4j.parallel.checkpoint.*;
      import io.github.moe4j.routing.*;
      import io.github.moe4j.testkit.*;
      import java.nio.file.*;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.*;
      import org.nd4j.linalg.api.buffer.DataType;
      import org.nd4j.linalg.api.ndarray.INDArray;
      import org.nd4j.linalg.factory.Nd4j;
      import org.nd4j.linalg.indexing.NDArrayIndex;
      import org.nd4j.linalg.learning.config.Adam;
      """;

  private Snippet() {}

  /** Compiles the statements into a folder and runs them. */
  static void run(String code, Path classes, BiConsumer<Integer, Object> printed) throws Exception {
    compile(source(code), classes);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      loader.loadClass(NAME).getMethod("run", BiConsumer.class).invoke(null, printed);
    } catch (InvocationTargetException e) {
      throw new AssertionError(e.getCause() + "\n" + code, e.getCause());
    }
  }

  private static String source(String code) {
    StringBuilder source = new StringBuilder(IMPORTS)
        .append("public class " + NAME + " {\n")
        .append(
            "  public static void run(java.util.function.BiConsumer<Integer, Object> printed)\n")
        .append("      throws Exception {\n");
    List<String> lines = code.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      Matcher println = PRINTLN.matcher(lines.get(i));
      source.append(println.replaceAll("printed.accept(" + i + ", ")).append('\n');
    }
    return source.append("}}").toString();
  }

  private static void compile(String source, Path classes) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    boolean compiled = compiler
        .getTask(messages, null, null, options, null, List.of(new Source(source)))
        .call();
    if (!compiled) {
      throw new AssertionError(messages + "\n" + source);
    }
  }

  /** Source text in memory. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///" + NAME + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
