package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuiltInCasesTest {
  @Test
  void all_comparedWithTheFolder_namesEveryCase() throws Exception {
    URI index = BuiltInCases.class.getResource("cases/index.txt").toURI();
    List<String> inFolder =
        CaseFile.in(Path.of(index).getParent()).stream().map(CaseFile::name).toList();
    assertFalse(inFolder.isEmpty());
    assertEquals(inFolder, BuiltInCases.all().stream().map(CaseFile::name).toList());
  }

  @Test
  void all_everyCase_canBeReadAndBearsTheNameOfItsFile() throws IOException {
    for (CaseFile file : BuiltInCases.all()) {
      try (var in = file.content().open()) {
        assertEquals(file.name(), CaseReader.read(in).name());
      }
    }
  }
}
