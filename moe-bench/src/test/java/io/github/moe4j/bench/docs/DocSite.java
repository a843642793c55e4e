package io.github.moe4j.bench.docs;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** All pages of a project, and what is wrong with the links among them. */
final class DocSite {
  private static final Pattern IMAGE = Pattern.compile(".*\\.(svg|png|jpe?g|gif|webp)");
  private final Path root;
  private final TreeMap<Path, Page> pages = new TreeMap<>();
  private final Set<Path> images = new HashSet<>();

  private DocSite(Path root) {
    this.root = root;
  }

  /** Reads every page below a folder, without what the build makes and what is hidden. */
  static DocSite read(Path folder) throws IOException {
    DocSite site = new DocSite(folder.toRealPath());
    Files.walkFileTree(site.root, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
        return site.isLeftOut(dir) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (file.toString().endsWith(".md")) {
          site.pages.put(file, Page.read(file));
        } else if (file.startsWith(site.docs())
            && IMAGE.matcher(file.toString()).matches()) {
          site.images.add(file);
        }
        return FileVisitResult.CONTINUE;
      }
    });
    return site;
  }

  private boolean isLeftOut(Path path) {
    for (Path part : root.relativize(path)) {
      if (part.toString().equals("target") || part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private Path docs() {
    return root.resolve("docs");
  }

  List<Path> pages() {
    return pages.keySet().stream().map(root::relativize).toList();
  }

  /** Links that lead nowhere, each as {@code file:line link: reason}. */
  List<String> brokenLinks() {
    List<String> broken = new ArrayList<>();
    for (Page page : pages.values()) {
      for (Link link : page.links()) {
        fault(page, link).ifPresent(reason -> broken.add(report(page, link, reason)));
      }
      page.unread().forEach(link -> broken.add(report(page, link, "not a Markdown link")));
    }
    return broken;
  }

  private String report(Page page, Link link, String reason) {
    return "%s:%d %s: %s".formatted(name(page.file()), link.line(), link.target(), reason);
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  private Optional<String> fault(Page page, Link link) {
    URI uri;
    try {
      uri = new URI(link.target());
    } catch (URISyntaxException e) {
      return Optional.of("not a URL");
    }
    if (uri.isAbsolute() || uri.getRawAuthority() != null) {
      boolean sound = "https".equals(uri.getScheme()) && uri.getHost() != null;
      return sound ? Optional.empty() : Optional.of("not an https URL");
    }
    Path file = target(page, uri);
    if (!file.startsWith(root) || isLeftOut(file)) {
      return Optional.of("outside the project");
    }
    if (!isFile(file)) {
      return Optional.of("no such file");
    }
    String anchor = uri.getFragment();
    if (anchor != null && !(pages.containsKey(file) && hasAnchor(file, anchor))) {
      return Optional.of("no such anchor");
    }
    return Optional.empty();
  }

  private boolean hasAnchor(Path file, String anchor) {
    return page(file).anchors().contains(anchor);
  }

  private Page page(Path file) {
    Page page = pages.get(file);
    if (page == null) {
      throw new IllegalArgumentException("no page " + file);
    }
    return page;
  }

  /** The real path tells names apart that differ in case, wherever the tests run. */
  private static boolean isFile(Path file) {
    try {
      return Files.isRegularFile(file) && file.toRealPath().toString().equals(file.toString());
    } catch (IOException e) {
      return false;
    }
  }

  private static Path target(Page page, URI relative) {
    String path = relative.getPath();
    return path.isEmpty() ? page.file() : page.file().resolveSibling(path).normalize();
  }

  /** Pages of docs that no chain of links within docs leads to from its README. */
  List<String> orphanPages() {
    Set<Path> reached = new HashSet<>();
    Deque<Path> next = new ArrayDeque<>(List.of(docs().resolve("README.md")));
    while (!next.isEmpty()) {
      Path file = next.pop();
      if (file.startsWith(docs()) && pages.containsKey(file) && reached.add(file)) {
        next.addAll(targets(page(file)));
      }
    }
    return pages.keySet().stream()
        .filter(file -> file.startsWith(docs()) && !reached.contains(file))
        .map(file -> name(file) + ": no links lead here from docs/README.md")
        .toList();
  }

  /** Images of docs that no page shows. */
  List<String> unusedImages() {
    Set<Path> used = new HashSet<>();
    pages.values().forEach(page -> used.addAll(targets(page)));
    return images.stream()
        .filter(image -> !used.contains(image))
        .map(image -> name(image) + ": no page shows it")
        .sorted()
        .toList();
  }

  private static List<Path> targets(Page page) {
    List<Path> targets = new ArrayList<>();
    for (Link link : page.links()) {
      try {
        URI uri = new URI(link.target());
        if (!uri.isAbsolute() && uri.getRawAuthority() == null) {
          targets.add(target(page, uri));
        }
      } catch (URISyntaxException e) {
        continue; // reported as broken
      }
    }
    return targets;
  }
}
