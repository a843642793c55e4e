package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ExchangeGroupTest {
  private final Group group = Group.single();

  private static RankRows ownRows(DataType type, int rows, int width) {
    return new RankRows(Nd4j.ones(type, rows, width), new int[] {0, rows});
  }

  private static IllegalArgumentException requireRefused(String message, Executable call) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, call);
    assertEquals(message, refusal.getMessage());
    return refusal;
  }

  @Test
  void allToAll_rowsOfMoreRanks_refused() {
    RankRows own = ownRows(DataType.FLOAT, 2, 3);
    RankRows ofTwo = new RankRows(Nd4j.ones(DataType.FLOAT, 2, 3), new int[] {0, 1, 2});

    requireRefused(
        "send must have rows of N = 1 ranks but has those of 2", () -> group.allToAll(ofTwo, own));
    requireRefused(
        "receive must have rows of N = 1 ranks but has those of 2",
        () -> group.allToAll(own, ofTwo));
    group.barrier(); // still usable
  }

  @Test
  void allToAll_otherWidthOrTypeOfAsManyBytes_refused() {
    RankRows floats = ownRows(DataType.FLOAT, 2, 3);

    requireRefused(
        "rows to send and to receive must be of one width and type but were 3 FLOAT and 2 FLOAT",
        () -> group.allToAll(floats, ownRows(DataType.FLOAT, 3, 2)));
    requireRefused(
        "rows to send and to receive must be of one width and type but were 3 FLOAT and 3 DOUBLE",
        () -> group.allToAll(floats, ownRows(DataType.DOUBLE, 1, 3)));
    group.barrier();
  }

  @Test
  void allToAll_otherNumberOfOwnRows_groupEnds() {
    group.barrier();

    IllegalArgumentException refusal = requireRefused(
        "rank 0 must receive from itself as many bytes as it sends, 12, but expects 24,"
            + " in allToAll of rows [*,3] FLOAT (operation 1)",
        () -> group.allToAll(ownRows(DataType.FLOAT, 1, 3), ownRows(DataType.FLOAT, 2, 3)));
    assertSame(refusal, assertThrows(GroupException.class, group::barrier).getCause());
  }

  @Test
  void allReduce_closedArray_refused() {
    INDArray sum = Nd4j.ones(DataType.FLOAT, 2);
    sum.close();

    requireRefused(
        "sum must be usable but it, or the array of which it is a view, was closed",
        () -> group.allReduce(sum));
  }

  @Test
  void allReduce_columnsFirst_refused() {
    INDArray sum = Nd4j.create(DataType.FLOAT, new long[] {2, 3}, 'f');

    requireRefused(
        "sum must be contiguous in c order but has order f and strides [1, 2]",
        () -> group.allReduce(sum));
  }

  @Test
  void allReduce_emptyArrayInFailedGroup_failure() {
    IllegalStateException cause = new IllegalStateException("out of luck");
    group.abort(cause);

    GroupException failure =
        assertThrows(GroupException.class, () -> group.allReduce(Nd4j.empty(DataType.FLOAT)));
    assertSame(cause, failure.getCause());
  }

  @Test
  void close_groupWithParts_partsAreClosed() {
    Group part = group.split(0);
    part.barrier();

    group.close();

    IllegalStateException refusal = assertThrows(IllegalStateException.class, part::barrier);
    assertEquals("barrier of rank 0 came after it was closed", refusal.getMessage());
  }

  @Test
  void toString_rankAndSize() {
    assertEquals("rank 0 of 1", group.toString());
  }
}
