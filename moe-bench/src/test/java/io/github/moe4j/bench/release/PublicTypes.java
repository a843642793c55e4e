package io.github.moe4j.bench.release;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The public types and packages of the published libraries, read from their sources. Uses the JDK only, so that a release
 * can list them before anything is built: {@code java PublicTypes.java ROOT > released-types.txt}
 */
final class PublicTypes {
  private static final Pattern SINCE = Pattern.compile("(?m)^\\s*@since\\s+(\\S+)");

  /** A public type or, as {@code package-info}, a package; since is empty if its Javadoc doesn't say. */
  record Type(String name, String since) {
    boolean isPackage() {
      return name.endsWith(".package-info");
    }
  }

  private PublicTypes() {}

  public static void main(String... args) throws IOException {
    for (Type type : in(sources(Path.of(args[0])))) {
      if (!type.isPackage()) {
        System.out.println(type.name());
      }
    }
  }

  /** Types outside the released ones that do not say since when they exist. */
  static List<String> withoutSince(Collection<Type> types, Set<String> released) {
    return types.stream()
        .filter(type -> !type.isPackage() && !released.contains(type.name()))
        .filter(type -> !type.since().matches("\\d+\\.\\d+\\.\\d+"))
        .map(Type::name)
        .toList();
  }

  /** Sources of the modules whose classes are an interface for others; those of internal packages are not. */
  static List<Path> sources(Path root) throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.sorted().toList()) {
        if (isApi(module.resolve("pom.xml"))) {
          sources.addAll(javaFiles(module.resolve("src/main/java")));
        }
      }
    }
    return sources;
  }

  private static boolean isApi(Path pom) throws IOException {
    if (!Files.exists(pom) || !Files.isDirectory(pom.resolveSibling("src/main/java"))) {
      return false;
    }
    String text = Files.readString(pom);
    return !text.contains("<maven.deploy.skip>true") && !text.contains("<api.check.skip>true");
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !folder.relativize(file).toString().contains("internal"))
          .sorted()
          .toList();
    }
  }

  static List<Type> in(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Type> types = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task = (JavacTask) compiler.getTask(
          null,
          files,
          null,
          List.of("-proc:none"),
          null,
          files.getJavaFileObjectsFromPaths(sources));
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Finder(docs, types).scan(unit, "");
      }
    }
    return types;
  }

  /** Finds types from the outermost inwards: what is nested in a type that isn't public isn't either. */
  private static final class Finder extends TreePathScanner<Void, String> {
    private final DocTrees docs;
    private final List<Type> types;

    Finder(DocTrees docs, List<Type> types) {
      this.docs = docs;
      this.types = types;
    }

    @Override
    public Void visitCompilationUnit(CompilationUnitTree unit, String outer) {
      String name = unit.getPackageName().toString();
      if (unit.getSourceFile().getName().endsWith("package-info.java")) {
        TreePath path = new TreePath(getCurrentPath(), unit.getPackage());
        types.add(new Type(name + ".package-info", since(path)));
        return null;
      }
      return scan(unit.getTypeDecls(), name);
    }

    @Override
    public Void visitClass(ClassTree type, String outer) {
      if (!isPublic(type)) {
        return null;
      }
      String name = outer + "." + type.getSimpleName();
      types.add(new Type(name, since(getCurrentPath())));
      return scan(type.getMembers().stream().filter(ClassTree.class::isInstance).toList(), name);
    }

    private boolean isPublic(ClassTree type) {
      boolean inInterface = getCurrentPath().getParentPath().getLeaf() instanceof ClassTree outer
          && (outer.getKind() == ClassTree.Kind.INTERFACE
              || outer.getKind() == ClassTree.Kind.ANNOTATION_TYPE);
      return inInterface || type.getModifiers().getFlags().contains(Modifier.PUBLIC);
    }

    private String since(TreePath path) {
      String comment = docs.getDocComment(path);
      Matcher matcher = SINCE.matcher(comment == null ? "" : comment);
      return matcher.find() ? matcher.group(1) : "";
    }
  }
}
