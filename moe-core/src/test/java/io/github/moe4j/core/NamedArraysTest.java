package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NamedArraysTest {
  private final INDArray a = Nd4j.ones(DataType.FLOAT, 2, 3);
  private final INDArray b = Nd4j.ones(DataType.FLOAT, 4);
  private final NamedArrays part = NamedArrays.builder().add("z", a).add("a", b).build();

  @Test
  void builder_parts_namesInOrderWithPrefix() {
    INDArray c = Nd4j.ones(DataType.FLOAT, 1);
    NamedArrays all = NamedArrays.builder()
        .addAll("two", part)
        .add("one", c)
        .addAll("x.y", part)
        .build();
    List<String> visited = new ArrayList<>();
    all.forEach((name, array) -> visited.add(name));
    List<String> expected = List.of("two.z", "two.a", "one", "x.y.z", "x.y.a");
    assertEquals(expected, List.copyOf(all.names()));
    assertEquals(expected, visited);
    assertSame(a, all.get("x.y.z"));
    assertEquals(6 + 4 + 1 + 6 + 4, all.count());
  }

  @Test
  void part_pathOfPart_itsParametersByRestOfTheName() {
    NamedArrays all = NamedArrays.builder()
        .addAll("two", part)
        .add("twos", Nd4j.ones(DataType.FLOAT, 1))
        .addAll("x.y", part)
        .build();
    assertEquals(List.of("z", "a"), List.copyOf(all.part("two").names()));
    assertEquals(List.of("y.z", "y.a"), List.copyOf(all.part("x").names()));
    assertSame(a, all.part("x").part("y").get("z"));
    assertEquals(
        List.of("twos", "x.y.z"), List.copyOf(all.without("two", "x.y.a").names()));
    assertSame(a, all.without("two").get("x.y.z"));
    var none = assertThrows(IllegalArgumentException.class, () -> part.part("two"));
    assertEquals("no parameter below two among [z, a]", none.getMessage());
    var mistaken = assertThrows(IllegalArgumentException.class, () -> part.without("z", "y"));
    assertEquals("no parameter y or below it among [z, a]", mistaken.getMessage());
  }

  @Test
  void markChanged_part_raisesTheCountOfAllThatHaveItsArrays() {
    NamedArrays all = NamedArrays.builder().addAll("two", part).add("one", a).build();
    NamedArrays other = NamedArrays.builder().add("z", a).build();
    assertEquals(0, all.changeCount());
    all.part("two").markChanged();
    assertEquals(2, part.changeCount());
    assertEquals(2, all.changeCount());
    all.markChanged();
    assertEquals(4, part.changeCount());
    assertEquals(5, all.changeCount());
    assertEquals(0, other.changeCount());
  }

  @Test
  void toString_arrays_namesShapesAndTypes() {
    assertEquals("{z [2,3] FLOAT, a [4] FLOAT}", part.toString());
    assertEquals("{}", NamedArrays.none().toString());
  }

  @Test
  void builder_usedAgain_builtOnesUnchanged() {
    NamedArrays.Builder builder = NamedArrays.builder().add("a", a);
    NamedArrays first = builder.build();
    builder.add("b", b);
    assertEquals(1, first.names().size());
    assertThrows(UnsupportedOperationException.class, () -> first.names().clear());
  }

  @Test
  void none_always_empty() {
    assertTrue(NamedArrays.none().names().isEmpty());
    assertEquals(0, NamedArrays.none().count());
    assertEquals(0, NamedArrays.none().zeroGradients().globalNorm());
  }

  @Test
  void dataType_oneType_thatOne() {
    assertEquals(DataType.FLOAT, part.dataType());
    assertThrows(IllegalArgumentException.class, () -> NamedArrays.none().dataType());
    NamedArrays mixed = NamedArrays.builder()
        .add("a", a)
        .add("d", Nd4j.ones(DataType.DOUBLE, 1))
        .build();
    assertMessage("parameter d must be FLOAT but was DOUBLE", mixed::dataType);
  }

  @Test
  void any_wrongArguments_messageNamesParameter() {
    assertMessage("no parameter q among [z, a]", () -> part.get("q"));
    NamedArrays.Builder builder = NamedArrays.builder().add("a", a);
    assertMessage("parameter a must be given once", () -> builder.add("a", b));
    assertMessage(
        "parameter i must be FLOAT or DOUBLE but was INT",
        () -> builder.add("i", Nd4j.zeros(DataType.INT32, 2)));
    assertMessage(
        "parameter f must be contiguous in c order but has order f and strides [1, 2]",
        () -> builder.add("f", a.dup('f')));
    assertMessage(
        "parameter z must be DOUBLE but was FLOAT", () -> part.requireType(DataType.DOUBLE));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
