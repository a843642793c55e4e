package io.github.moe4j.core.catalogue;

import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;

class ParameterSpecTest {
  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @Test
  void of_badShape_isRefused() {
    assertRefused("a parameter must have at least one axis", ParameterSpec::bias);
    assertRefused(
        "sizes of a parameter must be at least 1 but were [3, 0]",
        () -> ParameterSpec.constant(1, 3, 0));
    assertRefused(
        "a weight must have at least two axes but had 1",
        () -> ParameterSpec.weight(Initializer.zeros(), 3));
    assertEquals(1, ParameterSpec.constant(1, 1).length());
    assertEquals(6, ParameterSpec.weight(Initializer.zeros(), 2, 3).length());
  }

  @Test
  void create_constant_hasTheValueAndShape() {
    NamedArrays all = ParameterSpec.create(
        Map.of("scale", ParameterSpec.constant(0.25, 3), "bias", ParameterSpec.bias(2)),
        DataType.DOUBLE,
        1);
    assertArrayEquals(new double[] {.25, .25, .25}, values(all.get("scale")));
    assertArrayEquals(new long[] {3}, all.get("scale").shape());
    assertArrayEquals(new double[2], values(all.get("bias")));
  }

  @Test
  void create_someEntries_haveTheBitsThatTheyHaveInTheWhole() {
    Map<String, ParameterSpec> specs = new LinkedHashMap<>();
    specs.put("bias", ParameterSpec.bias(Initializer.normal(1), 4));
    specs.put("weight", ParameterSpec.weight(Initializer.normal(2), 4, 3));
    NamedArrays all = ParameterSpec.create(specs, DataType.DOUBLE, 7);
    NamedArrays some = ParameterSpec.create(specs, DataType.DOUBLE, 7, new int[] {1, 3});
    assertEquals(all.names(), some.names());
    assertArrayEquals(new long[] {2}, some.get("bias").shape());
    assertArrayEquals(new long[] {2, 3}, some.get("weight").shape());
    for (int i = 0; i < 2; i++) {
      int entry = 2 * i + 1;
      assertEquals(all.get("bias").getDouble(entry), some.get("bias").getDouble(i));
      assertArrayEquals(
          values(all.get("weight").getRow(entry)), values(some.get("weight").getRow(i)));
    }
  }

  /** Neither array alone is refused: the two need more than there is of addresses. */
  @Test
  void create_moreThanFitsTogether_isRefusedWithAllNames() {
    long most = Long.MAX_VALUE / 2;
    Map<String, ParameterSpec> specs = Map.of("w", ParameterSpec.bias(most, 2));
    String prefix = "parameters w: ";
    for (Executable create : new Executable[] {
      () -> ParameterSpec.create(specs, DataType.DOUBLE, 1),
      () -> ParameterSpec.create(
          Map.of("w", ParameterSpec.bias(2, most)), DataType.DOUBLE, 1, new int[] {0})
    }) {
      String message = assertThrows(OutOfMemoryError.class, create).getMessage();
      assertTrue(message.startsWith(prefix), message);
    }
  }
}
