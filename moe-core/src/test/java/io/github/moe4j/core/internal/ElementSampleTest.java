package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class ElementSampleTest {
  private static final DataType[] TYPES = {DataType.FLOAT, DataType.DOUBLE};

  /** Which elements the hash depends on. */
  private static List<Integer> sampled(INDArray array, int most) {
    long before = ElementSample.of(array, most);
    assertEquals(before, ElementSample.of(array.dup(), most));
    List<Integer> sampled = new ArrayList<>();
    for (int i = 0; i < array.length(); i++) {
      INDArray changed = array.dup();
      changed.putScalar(i, array.getDouble(i) + 1);
      if (ElementSample.of(changed, most) != before) {
        sampled.add(i);
      }
    }
    return sampled;
  }

  @Test
  void of_fewElements_dependsOnAll() {
    for (DataType type : TYPES) {
      INDArray array = RandomArrays.normal(type, Seeds.random(1), 3, 2);
      for (int most : new int[] {6, 7, 100}) {
        assertEquals(List.of(0, 1, 2, 3, 4, 5), sampled(array, most));
      }
    }
  }

  @Test
  void of_moreElements_dependsOnMultiplesOfTheGoldenRatio() {
    for (DataType type : TYPES) {
      INDArray array = RandomArrays.normal(type, Seeds.random(1), 10, 10);
      assertEquals(List.of(0, 23, 47, 61, 85), sampled(array, 5));
    }
  }

  @Test
  void of_elementsInAnotherOrder_anotherHash() {
    for (DataType type : TYPES) {
      INDArray array = Nd4j.createFromArray(1.0, 2.0, 3.0).castTo(type);
      INDArray other = Nd4j.createFromArray(3.0, 2.0, 1.0).castTo(type);
      assertNotEquals(ElementSample.of(array, 9), ElementSample.of(other, 9));
    }
  }

  @Test
  void of_oneElement_itsBitsAfterTheFirstFactor() {
    long factor = 0x9E3779B97F4A7C15L;
    assertEquals(
        factor + Float.floatToRawIntBits(1.5f), ElementSample.of(Nd4j.createFromArray(1.5f), 1));
    assertEquals(
        factor + Double.doubleToRawLongBits(1.5), ElementSample.of(Nd4j.createFromArray(1.5), 1));
  }

  @Test
  void of_noneOrAnotherType_zero() {
    assertEquals(0, ElementSample.of(Nd4j.create(DataType.FLOAT, 0, 3), 5));
    assertEquals(0, ElementSample.of(Nd4j.ones(DataType.INT32, 3), 5));
    INDArray strided =
        RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 3, 2).transpose();
    String message = assertThrows(
            IllegalArgumentException.class, () -> ElementSample.of(strided, 5))
        .getMessage();
    assertTrue(message.startsWith("array must be contiguous"), message);
  }
}
