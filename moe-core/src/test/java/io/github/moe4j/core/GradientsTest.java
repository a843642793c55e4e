package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class GradientsTest {
  private final NamedArrays parameters = NamedArrays.builder()
      .add("experts.up.weight", Nd4j.ones(DataType.DOUBLE, 2, 2))
      .add("bias", Nd4j.ones(DataType.FLOAT, 3))
      .build();

  @Test
  void zeroGradients_parameters_sameNamesShapesTypes() {
    Gradients gradients = parameters.zeroGradients();
    assertEquals(parameters.names(), gradients.names());
    List<String> visited = new ArrayList<>();
    gradients.forEach((name, array) -> {
      visited.add(name);
      assertArrayEquals(parameters.get(name).shape(), array.shape());
      assertEquals(parameters.get(name).dataType(), array.dataType());
      assertEquals(0, array.sumNumber().doubleValue());
    });
    assertEquals(List.of("experts.up.weight", "bias"), visited);
  }

  @Test
  void part_withinPart_sameArrays() {
    Gradients gradients = parameters.zeroGradients();
    Gradients part = gradients.part("experts").part("up");
    part.get("weight").addi(1);
    assertSame(gradients.get("experts.up.weight"), part.get("weight"));
    assertEquals(2, gradients.globalNorm());
    assertEquals(Set.of("weight"), part.names());
  }

  @Test
  void get_unknown_listsNames() {
    Gradients gradients = parameters.zeroGradients();
    var error =
        assertThrows(IllegalArgumentException.class, () -> gradients.part("up").get("bias"));
    assertEquals("no gradient up.bias among []", error.getMessage());
  }

  @Test
  void anyOperation_onPart_touchesThatPartAlone() {
    Gradients gradients = handWorked();
    Gradients part = gradients.part("experts");
    List<String> visited = new ArrayList<>();
    part.forEach((name, array) -> visited.add(name));
    assertEquals(List.of("up.weight"), visited);
    assertEquals(3, part.globalNorm(), 1e-15); // √(1² + 2² + 2²), without the bias of 4
    assertEquals(3, part.clipByGlobalNorm(1.5), 1e-15);
    assertExperts(gradients, 0.5, 1, 1, 0);
    part.scale(4);
    assertExperts(gradients, 2, 4, 4, 0);
    part.add(handWorked().part("experts"));
    assertExperts(gradients, 3, 6, 6, 0);
    part.requireFits(parameters.part("experts"));
    var other = assertThrows(IllegalArgumentException.class, () -> part.add(handWorked()));
    assertEquals(
        "gradients must be of the same parameters but were of [up.weight] and"
            + " [experts.up.weight, bias]",
        other.getMessage());
    var missing = assertThrows(IllegalArgumentException.class, () -> part.get("bias"));
    assertEquals("no gradient experts.bias among [up.weight]", missing.getMessage());
    part.zero();
    assertExperts(gradients, 0, 0, 0, 0);
  }

  private static void assertExperts(Gradients gradients, double... expected) {
    assertNear("experts", expected, values(gradients.get("experts.up.weight")), 1e-12);
    assertNear("bias", new double[] {4, 0, 0}, values(gradients.get("bias")), 0);
  }

  @Test
  void part_nothingBelowIt_refusedByAllThatChangesOrMeasures() {
    Gradients mistaken = handWorked().part("expert");
    for (Executable operation : List.<Executable>of(
        mistaken::zero,
        mistaken::globalNorm,
        () -> mistaken.scale(2),
        () -> mistaken.clipByGlobalNorm(1),
        () -> mistaken.add(mistaken))) {
      var error = assertThrows(IllegalArgumentException.class, operation);
      assertEquals("no gradient below expert.", error.getMessage());
    }
    mistaken.requireFits(NamedArrays.none()); // as a router without parameters has it
  }

  @Test
  void zeroGradientsExcept_nameOrPart_hasNoArrayOfIt() {
    Gradients gradients = parameters.zeroGradientsExcept("experts");
    assertEquals(Set.of("bias"), gradients.names());
    assertTrue(gradients.isFrozen("experts.up.weight"));
    assertTrue(gradients.part("experts").part("up").isFrozen("weight"));
    assertFalse(gradients.isFrozen("bias"));
    gradients.requireFits(parameters);
    gradients.ifPresent("experts.up.weight", array -> fail("frozen"));
    gradients.ifPresent("bias", array -> array.putScalar(0, 3));
    assertEquals(3, gradients.globalNorm());
    assertEquals(0, gradients.part("experts").globalNorm());
    var frozen =
        assertThrows(IllegalArgumentException.class, () -> gradients.get("experts.up.weight"));
    assertEquals("parameter experts.up.weight is frozen", frozen.getMessage());
    var unknown = assertThrows(IllegalArgumentException.class, () -> gradients.isFrozen("up"));
    assertEquals(
        "no gradient up among [bias] and the frozen [experts.up.weight]", unknown.getMessage());
    var mistaken = assertThrows(
        IllegalArgumentException.class, () -> parameters.zeroGradientsExcept("expert"));
    assertEquals(
        "no parameter expert or below it among [experts.up.weight, bias]", mistaken.getMessage());
  }

  @Test
  void globalNorm_handWorked_overAllArrays() {
    // √(1² + 2² + 2² + 0² + 4² + 0² + 0²) = √25 = 5
    Gradients gradients = handWorked();
    assertEquals(5, gradients.globalNorm(), 1e-15);
  }

  @Test
  void globalNorm_large_exactInFloat64() {
    // 800·300 entries of 3 in float32: √(240000·9) = 1469.69…
    NamedArrays large =
        NamedArrays.builder().add("w", Nd4j.zeros(DataType.FLOAT, 8, 100, 300)).build();
    Gradients gradients = large.zeroGradients();
    gradients.get("w").assign(3);
    assertEquals(Math.sqrt(240_000 * 9), gradients.globalNorm(), 1e-9);
  }

  @Test
  void scale_factor_allArrays() {
    Gradients gradients = handWorked();
    gradients.scale(-0.5);
    assertNear(
        "weight", new double[] {-0.5, -1, -1, 0}, values(gradients.get("experts.up.weight")), 0);
    assertNear("bias", new double[] {-2, 0, 0}, values(gradients.get("bias")), 0);
    gradients.zero();
    assertEquals(0, gradients.globalNorm());
  }

  @Test
  void add_otherOfSameParameters_sums() {
    Gradients sum = handWorked();
    Gradients other = handWorked();
    other.scale(10);
    sum.add(other);
    assertEquals(55, sum.globalNorm(), 1e-12);
    assertEquals(50, other.globalNorm(), 1e-12);
    var error = assertThrows(
        IllegalArgumentException.class, () -> sum.add(NamedArrays.none().zeroGradients()));
    assertEquals(
        "gradients must be of the same parameters but were of [experts.up.weight, bias] and []",
        error.getMessage());
  }

  @Test
  void clip_aboveLimit_scaledToLimit() {
    Gradients gradients = handWorked();
    assertEquals(5, gradients.clipByGlobalNorm(2.5), 1e-15);
    assertEquals(2.5, gradients.globalNorm(), 1e-12);
    assertNear(
        "weight", new double[] {0.5, 1, 1, 0}, values(gradients.get("experts.up.weight")), 1e-15);
  }

  @Test
  void clip_belowLimit_unchanged() {
    Gradients gradients = handWorked();
    assertEquals(5, gradients.clipByGlobalNorm(7), 1e-15);
    assertEquals(5, gradients.globalNorm(), 1e-15);
  }

  @Test
  void clip_notFinite_throwsAndChangesNothing() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Gradients gradients = handWorked();
      gradients.get("bias").putScalar(1, bad);
      var error = assertThrows(ArithmeticException.class, () -> gradients.clipByGlobalNorm(1));
      assertEquals("gradient norm must be finite but was " + bad, error.getMessage());
      assertArrayEquals(new double[] {4, bad, 0}, values(gradients.get("bias")));
    }
  }

  @Test
  void any_wrongFactor_saysWhatItWas() {
    Gradients gradients = handWorked();
    var scale = assertThrows(IllegalArgumentException.class, () -> gradients.scale(Double.NaN));
    assertEquals("factor must be finite but was NaN", scale.getMessage());
    var clip = assertThrows(IllegalArgumentException.class, () -> gradients.clipByGlobalNorm(0));
    assertEquals("maxNorm must be above 0 but was 0.0", clip.getMessage());
  }

  @Test
  void in_givenArrays_addsIntoThem() {
    INDArray vector = Nd4j.zeros(DataType.DOUBLE, 5);
    INDArray view = vector.get(NDArrayIndex.interval(1, 4)).reshape('c', new long[] {3});
    Gradients gradients = Gradients.in(NamedArrays.builder().add("bias", view).build());
    gradients.add(Gradients.in(
        NamedArrays.builder().add("bias", Nd4j.createFromArray(1.0, 2.0, 3.0)).build()));
    assertArrayEquals(new double[] {0, 1, 2, 3, 0}, values(vector));
    gradients.zero();
    assertArrayEquals(new double[5], values(vector));
  }

  @Test
  void add_otherShapeOrType_refusedAndChangesNothing() {
    Gradients sum = handWorked();
    Gradients wide = Gradients.in(NamedArrays.builder()
        .add("experts.up.weight", Nd4j.ones(DataType.DOUBLE, 2, 2))
        .add("bias", Nd4j.ones(DataType.FLOAT, 1))
        .build());
    var shape = assertThrows(IllegalArgumentException.class, () -> sum.add(wide));
    assertEquals("gradient of bias must be [1] but was [3]", shape.getMessage());
    Gradients exact = Gradients.in(NamedArrays.builder()
        .add("experts.up.weight", Nd4j.ones(DataType.DOUBLE, 2, 2))
        .add("bias", Nd4j.ones(DataType.DOUBLE, 3))
        .build());
    var type = assertThrows(IllegalArgumentException.class, () -> sum.add(exact));
    assertEquals("gradient of bias must be DOUBLE but was FLOAT", type.getMessage());
    assertEquals(5, sum.globalNorm(), 1e-15);
  }

  @Test
  void requireFits_otherShapeOrType_namesTheGradient() {
    Gradients part = handWorked().part("experts");
    part.requireFits(
        NamedArrays.builder().add("up.weight", Nd4j.ones(DataType.DOUBLE, 2, 2)).build());
    var type = assertThrows(
        IllegalArgumentException.class,
        () -> part.requireFits(NamedArrays.builder()
            .add("up.weight", Nd4j.ones(DataType.FLOAT, 2, 2))
            .build()));
    assertEquals("gradient of experts.up.weight must be FLOAT but was DOUBLE", type.getMessage());
    var shape = assertThrows(
        IllegalArgumentException.class,
        () -> part.requireFits(NamedArrays.builder()
            .add("up.weight", Nd4j.ones(DataType.DOUBLE, 4))
            .build()));
    assertEquals("gradient of experts.up.weight must be [4] but was [2, 2]", shape.getMessage());
  }

  @Test
  void zeroGradients_moreThanTheMemory_refusedAsAWholeBeforeAnyIsMade() {
    // Shows far more than the memory it has, of which nothing is read here.
    INDArray few = Nd4j.zeros(DataType.FLOAT, 4);
    long[] strides = {1L << 26, 1};
    INDArray huge = Nd4j.create(few.data(), new long[] {1L << 30, 1L << 26}, strides, 0, 'c');
    NamedArrays large = NamedArrays.builder().add("few", few).add("huge", huge).build();
    var error = assertThrows(OutOfMemoryError.class, large::zeroGradients);
    // 4·2^56 + 4·4
    String expected = "gradients of the parameters: 288,230,376,151,711,760 bytes are needed but ";
    assertTrue(error.getMessage().startsWith(expected), error.getMessage());
    assertEquals(Set.of("few"), large.zeroGradientsExcept("huge").names());
  }

  @Test
  void andFrozen_moreNames_sameArraysAndNoGradientOfThese() {
    Gradients gradients = handWorked();
    Gradients all = gradients.andFrozen(Set.of("base.weight"));
    assertSame(gradients.get("bias"), all.get("bias"));
    assertTrue(all.isFrozen("base.weight"));
    assertFalse(all.isFrozen("bias"));
    var error =
        assertThrows(IllegalArgumentException.class, () -> gradients.andFrozen(Set.of("bias")));
    assertEquals("parameter bias must have no gradient but has", error.getMessage());
  }

  private Gradients handWorked() {
    Gradients gradients = parameters.zeroGradients();
    gradients
        .get("experts.up.weight")
        .assign(Nd4j.createFromArray(1.0, 2.0, 2.0, 0.0).reshape(2, 2));
    gradients.get("bias").putScalar(0, 4);
    return gradients;
  }
}
