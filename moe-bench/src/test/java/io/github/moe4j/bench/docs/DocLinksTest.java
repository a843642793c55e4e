package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows every link of the documentation within the project; nothing is fetched. */
class DocLinksTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @TempDir
  Path folder;

  @Test
  void site_ofThisProject_hasNoBrokenLinksOrphansOrUnusedImages() throws IOException {
    DocSite site = DocSite.read(ROOT);
    List<String> offenders = new ArrayList<>(site.brokenLinks());
    offenders.addAll(site.orphanPages());
    offenders.addAll(site.unusedImages());
    assertTrue(offenders.isEmpty(), "\n" + String.join("\n", offenders));
    assertTrue(
        site.pages()
            .containsAll(List.of(
                Path.of("README.md"),
                Path.of("CHANGELOG.md"),
                Path.of("docs", "README.md"),
                Path.of("docs", "adr", "0001-pullbacks.md"))),
        site.pages().toString());
  }

  @Test
  void brokenLinks_missingFile_areNamedWithLineAndLink() throws IOException {
    write("README.md", "# Top\n\nSee [this\none](docs/no.md), [that](DOCS/README.md).\n");
    write("docs/README.md", "| a |\n|---|\n| [x](../no.java) |\n\n![y](no.svg)\n\n[z](..)\n");
    assertEquals(
        List.of(
            "README.md:3 docs/no.md: no such file",
            "README.md:4 DOCS/README.md: no such file",
            "docs/README.md:3 ../no.java: no such file",
            "docs/README.md:5 no.svg: no such file",
            "docs/README.md:7 ..: no such file"),
        DocSite.read(folder).brokenLinks());
  }

  @Test
  void brokenLinks_pathOutsideOrMadeByTheBuild_areNamed() throws IOException {
    write("target/a.html", "");
    write("docs/README.md", "[a](../../else.md) [b](../target/a.html)\n");
    assertEquals(
        List.of(
            "docs/README.md:1 ../../else.md: outside the project",
            "docs/README.md:1 ../target/a.html: outside the project"),
        DocSite.read(folder).brokenLinks());
  }

  @Test
  void brokenLinks_missingAnchor_areNamed() throws IOException {
    write("docs/README.md", "# A\n\n[1](#a) [2](#b) [3](x.md#c-d) [4](x.md#e) [5](x.txt#L1)\n");
    write("docs/x.md", "# `C` d!\n");
    write("docs/x.txt", "");
    assertEquals(
        List.of(
            "docs/README.md:3 #b: no such anchor",
            "docs/README.md:3 x.md#e: no such anchor",
            "docs/README.md:3 x.txt#L1: no such anchor"),
        DocSite.read(folder).brokenLinks());
  }

  @Test
  void brokenLinks_externalOrUnreadable_areNamed() throws IOException {
    write(
        "README.md",
        "[1](https://a.b/c) [2](http://a.b) [3](//a.b) [4](https:///c) [5](https://a.b/%zz)\n\n"
            + "[6](a b.md)\n\n<img src=\"a.png\">\n\n`[7](code.md)`\n");
    assertEquals(
        List.of(
            "README.md:1 http://a.b: not an https URL",
            "README.md:1 //a.b: not an https URL",
            "README.md:1 https:///c: not an https URL",
            "README.md:1 https://a.b/%zz: not a URL",
            "README.md:3 [6](a b.md): not a Markdown link",
            "README.md:5 <img src=\"a.png\">: not a Markdown link"),
        DocSite.read(folder).brokenLinks());
  }

  @Test
  void orphanPages_pageThatOnlyPagesOutsideOrOrphansLinkTo_areNamed() throws IOException {
    write("README.md", "[a](docs/alone.md)\n");
    write("docs/README.md", "[b](b.md)\n");
    write("docs/b.md", "[c](c/c.md)\n");
    write("docs/c/c.md", "");
    write("docs/alone.md", "[d](d.md)\n");
    write("docs/d.md", "");
    assertEquals(
        List.of(
            "docs/alone.md: no links lead here from docs/README.md",
            "docs/d.md: no links lead here from docs/README.md"),
        DocSite.read(folder).orphanPages());
  }

  @Test
  void unusedImages_imageThatNoPageShows_areNamed() throws IOException {
    write("docs/README.md", "![a](images/a.svg)\n");
    write("docs/images/a.svg", "");
    write("docs/images/b.png", "");
    assertEquals(
        List.of("docs/images/b.png: no page shows it"), DocSite.read(folder).unusedImages());
  }

  @Test
  void slugs_headings_areThoseOfGitHub() {
    Slugs slugs = new Slugs();
    assertEquals("who-is-dropped", slugs.next("Who is dropped?"));
    assertEquals("größe-a--b_c", slugs.next("Größe: a & b_c"));
    assertEquals("zero-computation-030", slugs.next("Zero-computation (0.3.0)"));
    assertEquals("who-is-dropped-1", slugs.next("Who is dropped"));
    assertEquals("who-is-dropped-2", slugs.next("who is dropped"));
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
