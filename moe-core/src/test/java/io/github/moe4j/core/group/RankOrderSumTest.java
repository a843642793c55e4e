package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RankOrderSumTest {
  private final RankOrderSum sum = new RankOrderSum(0, 1);
  private final List<ByteBuffer> received = new ArrayList<>();

  /** Reduces an array, with a list of what each exchange receives into. */
  private void reduce(INDArray array) {
    sum.reduce(array, (send, receive) -> received.add(receive[0]));
  }

  @Test
  void reduce_exactlyOnePiece_twoExchanges() {
    reduce(Nd4j.create(DataType.FLOAT, 1 << 22));

    assertEquals(2, received.size());
  }

  @Test
  void reduce_asManyElementsAgain_sameMemory() {
    reduce(Nd4j.create(DataType.FLOAT, 3));
    reduce(Nd4j.create(DataType.FLOAT, 3));

    received.get(2).put(0, (byte) 7);
    assertEquals(7, received.get(0).get(0)); // of the first exchange of the first sum
  }
}
