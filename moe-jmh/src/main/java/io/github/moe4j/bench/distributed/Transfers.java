package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import io.github.moe4j.core.internal.Allocate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Collective operations by size, beside a copy in memory and a plain socket between ranks 0 and 1, one after another in
 * each round, so that what else the machine does meets all of them.
 *
 * @param group of the ranks
 * @param rounds number of rounds
 */
record Transfers(Group group, int rounds) {
  private static final int WIDTH = 256;
  private static final long ROUND_BYTES = 64L << 20;
  private static final int MOST = 256;
  private static final int LEAST = 8;

  /** Times of one size, as this rank saw them; without the plain socket from rank 2 on. */
  List<TransferTime> measure(long bytes) throws IOException {
    int times = (int) Math.max(LEAST, Math.min(MOST, ROUND_BYTES / bytes));
    int all = times * rounds;
    Timed copies = new Timed(all);
    Timed socket = new Timed(all);
    Timed exchanges = new Timed(all);
    Timed sums = new Timed(all);
    ByteBuffer from = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
    ByteBuffer to = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
    RankRows send = rows(bytes);
    RankRows receive = rows(bytes);
    INDArray sum = Allocate.zeros(DataType.FLOAT, bytes / Float.BYTES);
    boolean paired = group.size() > 1 && group.rank() < 2;
    try (Group part = group.split(paired ? 0 : 1);
        PlainSocket plain = paired ? PlainSocket.connect(part) : null) {
      for (int round = -1; round < rounds; round++) {
        boolean warm = round < 0; // the first round compiles
        Timed none = new Timed(4 * times);
        group.barrier();
        if (group.rank() == 0) {
          (warm ? none : copies).run(times, () -> to.clear().put(from.clear()));
        }
        group.barrier();
        if (plain != null) {
          (warm ? none : socket).run(times, () -> plain.roundTrip(from));
        }
        group.barrier();
        (warm ? none : exchanges).run(times, () -> group.allToAll(send, receive));
        group.barrier();
        (warm ? none : sums).run(times, () -> group.allReduce(sum));
      }
    }
    List<TransferTime> found = new ArrayList<>();
    if (group.rank() == 0) {
      found.add(copies.result(TransferTime.MEMCPY, bytes, 1, bytes));
    }
    if (paired) {
      found.add(socket.result(TransferTime.SOCKET, bytes, 0.5, bytes));
    }
    int others = group.size() - 1;
    found.add(exchanges.result(TransferTime.ALL_TO_ALL, bytes, 1, bytes * Math.max(1, others)));
    long reduced = others == 0 ? bytes : 2 * bytes * others / group.size();
    found.add(sums.result(TransferTime.ALL_REDUCE, bytes, 1, reduced));
    return found;
  }

  /** Rows for each rank with so many bytes, none for this one: nothing stays. */
  private RankRows rows(long bytes) {
    int each = Math.toIntExact(bytes / (WIDTH * Float.BYTES));
    int[] start = new int[group.size() + 1];
    for (int r = 0; r < group.size(); r++) {
      start[r + 1] = start[r] + (r == group.rank() ? 0 : each);
    }
    INDArray array = Allocate.zeros(DataType.FLOAT, start[group.size()], WIDTH);
    return new RankRows(array, Arrays.copyOf(start, start.length));
  }
}
