package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.kernel.LoadedKernels;
import org.junit.jupiter.api.Test;

class BlockProductsTest {
  /** More than the least room for panels. */
  @Test
  void panels_manyTerms_roomForAll() {
    ElementKernel<float[]> element = ElementKernel.floats(LoadedKernels.load());
    int terms = 3001;
    element.rooms().with(room -> {
      float[] panels = new BlockProducts<>(element, room, 1).panels(terms, SEGMENT);
      assertTrue(panels.length >= element.kernel().origin() + SEGMENT * (terms + 1));
    });
  }
}
