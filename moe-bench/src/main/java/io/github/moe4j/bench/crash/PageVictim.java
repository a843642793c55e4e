package io.github.moe4j.bench.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command that writes the tables of losses and controllers into a page, which is whole before and after. */
record PageVictim() implements Victim {
  private static final String PAGE = "page.md";
  private static final String EMPTY = """
      # Page

      <!-- begin generated: losses -->
      <!-- end generated: losses -->

      <!-- begin generated: controllers -->
      <!-- end generated: controllers -->

      the end
      """;

  @Override
  public String name() {
    return "balance --docs";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    Files.writeString(folder.resolve(PAGE), EMPTY);
  }

  @Override
  public List<String> command(Path folder) {
    return List.of("balance", "--list", "--docs", folder.resolve(PAGE).toString());
  }

  @Override
  public void requireSound(Path folder) throws IOException {
    String page = Files.readString(folder.resolve(PAGE));
    if (!page.startsWith("# Page\n") || !page.endsWith("the end\n")) {
      throw new IOException("the page is damaged: " + page);
    }
  }

  @Override
  public String result(Path folder) throws IOException {
    return Files.readString(folder.resolve(PAGE));
  }
}
