package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a checkpoint tells of a block without its layer is what the layer is. */
record OutlineCheck(MoeCheckpoint checkpoint, MoeBlock block, MoeLayer layer) {
  void outlineAndParts_areThoseOfTheLayer(MoePass pass, Set<String> stored) throws IOException {
    BlockOutline outline = checkpoint.outline(block);
    assertTrue(outline.isWhole(), outline.toString());
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    layer
        .parameters()
        .forEach((name, array) -> shapes.put(name, Place.of(name, array.shape()).shape()));
    if (!layer.parameters().names().toString().contains("experts.0.")) {
      assertEquals(shapes, new LinkedHashMap<>(outline.parameters()));
    }
    assertEquals(layer.parameters().count(), outline.count());
    assertEquals(layer.modelWidth(), outline.width());
    assertEquals(layer.router().experts(), outline.experts());
    assertEquals(most(pass.decision().assignments()), outline.choices(), outline.router());
    assertTrue(outline.hidden() > 0 && !outline.form().isEmpty(), outline.toString());
    assertTrue(outline.router().matches("(top|by) .*"), outline.router());
    assertEquals(
        stored,
        Set.copyOf(outline.tensors().stream().flatMap(t -> t.stored().stream()).toList()));
    parts(outline.networks());
  }

  private static int most(Assignments all) {
    int[] counts = new int[all.tokens()];
    int most = 0;
    for (int n = 0; n < all.size(); n++) {
      most = Math.max(most, ++counts[all.token(n)]);
    }
    return most;
  }

  private void parts(int networks) throws IOException {
    NamedArrays router = checkpoint.router(block, DataType.DOUBLE);
    assertArrayEquals(
        layer.parameters().get("router.weight").toDoubleMatrix()[0],
        router.get("router.weight").toDoubleMatrix()[0]);
    for (int e : new int[] {0, networks - 1}) {
      NamedArrays expert = checkpoint.expert(block, e, DataType.DOUBLE);
      int at = e;
      expert.forEach((name, array) -> {
        INDArray all = layer.parameters().get(name);
        assertEquals(1, array.size(0), name);
        assertEquals(all.length() / networks, array.length(), name);
        assertArrayEquals(
            all.slice(at).dup('c').data().asDouble(), array.dup('c').data().asDouble(), name);
      });
    }
  }
}
