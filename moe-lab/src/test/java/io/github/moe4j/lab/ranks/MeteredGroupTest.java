package io.github.moe4j.lab.ranks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Counted by hand: three ranks. */
class MeteredGroupTest {
  @Test
  void operations_ofThreeRanks_bytesToOthersAreCounted() {
    Group.threads(3, Duration.ofSeconds(60), ranks -> {
      MeteredGroup group = new MeteredGroup(ranks);
      group.barrier();
      assertEquals(0, group.traffic().bytes());
      group.allGather(1, 2); // 2 numbers of 8 bytes to 2 ranks
      assertEquals(32, group.traffic().bytes());
      INDArray sum = Nd4j.ones(DataType.FLOAT, 6);
      group.allReduce(sum); // 2·2/3 of 24 bytes
      assertEquals(32 + 32, group.traffic().bytes());
      assertEquals(3, sum.getDouble(0));
      Traffic before = group.traffic();
      // one row of 5 for this rank, and one for each of the others
      RankRows rows = new RankRows(Nd4j.ones(DataType.FLOAT, 3, 5), new int[] {0, 1, 2, 3});
      RankRows received = new RankRows(Nd4j.zeros(DataType.FLOAT, 3, 5), new int[] {0, 1, 2, 3});
      group.allToAll(rows, received);
      assertEquals(2 * 5 * 4, group.traffic().since(before).bytes());
      assertTrue(group.traffic().nanos() > before.nanos());
      assertArrayEquals(new int[] {group.rank(), 3}, new int[] {ranks.rank(), group.size()});
      return 0;
    });
  }
}
