package io.github.moe4j.bench.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.scaling.MappedPart.Figures;
import io.github.moe4j.bench.scaling.MappedPart.Large;
import io.github.moe4j.bench.scaling.MappedPart.Opening;
import io.github.moe4j.bench.scaling.MappedPart.Row;
import io.github.moe4j.cli.MedianInterval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalingMappedTest {
  private static final LayerShape TINY = new LayerShape("tiny", 1, 8, 16, 6, 2);

  @Test
  void measure_mapped_openingDecodingAndLarge() {
    List<String> progress = new ArrayList<>();
    MappedPart part = new MappedPart(TINY, TINY, TINY, new Timing(2, 0, 0, 0));
    assertEquals(11 + 7 * 3 + 3, part.steps());
    ScalingPart.Result result = part.measure(progress::add);
    assertEquals(List.of("mapped, opening", "mapped, tiny", "mapped, decoding"), progress);
    JsonNode figures = new ObjectMapper().valueToTree(result.figures());
    // 6 experts of 3·8·16 weights and a router of 6·8, two bytes each, and the header
    assertTrue(figures.get("opening").get("fileBytes").asLong() > 2 * (6 * 3 * 8 * 16 + 6 * 8));
    assertEquals(7, figures.get("decoding").size());
    assertEquals(1, figures.get("decoding").get(0).get("speed").get("median").asDouble());
    assertEquals(3, figures.get("large").get("passes").asInt());
  }

  @Test
  void of_memory_fileIsATenthLarger() {
    MappedPart part = MappedPart.of(24L << 30, new Timing(1, 0, 0, 0));
    long bytes = 3L * 4096 * 14336 * 2 * part.large().experts();
    assertTrue(bytes > (24L << 30) * 1.1 && bytes < (24L << 30) * 1.2, bytes + " bytes");
  }

  @Test
  void sparseModel_closed_isGone() throws IOException {
    SparseModel model = SparseModel.of(TINY);
    assertTrue(Files.exists(model.folder().resolve("model.safetensors")));
    model.close();
    assertFalse(Files.exists(model.folder()));
  }

  @Test
  void processMemory_statusFile_bothKinds(@TempDir Path folder) throws IOException {
    Path status = folder.resolve("status");
    assertEquals(new ProcessMemory(null, null), ProcessMemory.of(status));
    Files.writeString(status, "Name:\tjava\nRssAnon:\t  1234 kB\nRssFile:\t    56 kB\n");
    assertEquals(new ProcessMemory(1234L, 56L), ProcessMemory.of(status));
  }

  @Test
  void table_figures_inUnitsOfTheirHeads() {
    Figures figures = new Figures(
        new Opening(TINY, 2_500_000_000L, 31.4, 2.25, null),
        List.of(new Row(TINY, "in the file", 4, new MedianInterval(0.25, 0.5, 0.75))),
        new Large(
            TINY,
            25_000_000_000L,
            7,
            500,
            new ProcessMemory(1000L, 2000L),
            new ProcessMemory(1000L, null)));
    String table = MappedTable.of(figures);
    assertTrue(table.contains("| tiny | 1, 8, 16, 6, 2 | 2.50 | 31 | 2.3 | – |"), table);
    assertTrue(
        table.contains(
            "| tiny | 1, 8, 16, 6, 2 | in the file | 4.00 | 250.0 | 0.50 [0.25, 0.75] |"),
        table);
    assertTrue(
        table.endsWith("| tiny | 1, 8, 16, 6, 2 | 25.0 | 7 | 2.00 | 1 | 1 | 2 | – |"), table);
  }
}
