package io.github.moe4j.core.group;

import io.github.moe4j.core.internal.ArrayBytes;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The operations of a group by exchanges of bytes: one algorithm each for all engines. */
final class ExchangeGroup implements Group {
  private final Exchange exchange;
  private final RankOrderSum sum;
  private final List<Group> parts = new ArrayList<>();
  private long calls;
  private boolean closed;

  ExchangeGroup(Exchange exchange) {
    this.exchange = exchange;
    this.sum = new RankOrderSum(exchange.rank(), exchange.size());
  }

  @Override
  public int rank() {
    return exchange.rank();
  }

  @Override
  public int size() {
    return exchange.size();
  }

  @Override
  public void allToAll(RankRows send, RankRows receive) {
    requireFits("send", send, receive);
    requireFits("receive", receive, receive);
    Exchange.Call call = next(
        "allToAll of rows [*,%d] %s".formatted(send.rows().size(1), send.rows().dataType()));
    try {
      run(call, buffers(send), buffers(receive));
    } finally {
      Reference.reachabilityFence(send);
      Reference.reachabilityFence(receive);
    }
  }

  private void requireFits(String name, RankRows rows, RankRows like) {
    Require.that(
        rows.ranks() == size(),
        "%s must have rows of N = %d ranks but has those of %d",
        name,
        size(),
        rows.ranks());
    Require.that(
        rows.rows().size(1) == like.rows().size(1)
            && rows.rows().dataType() == like.rows().dataType(),
        "rows to send and to receive must be of one width and type but were %d %s and %d %s",
        rows.rows().size(1),
        rows.rows().dataType(),
        like.rows().size(1),
        like.rows().dataType());
  }

  private static ByteBuffer[] buffers(RankRows rows) {
    return IntStream.range(0, rows.ranks())
        .mapToObj(r -> ArrayBytes.of(rows.rows(), rows.from(r), rows.elements(r)))
        .toArray(ByteBuffer[]::new);
  }

  @Override
  public long[][] allGather(long... own) {
    ByteBuffer mine = longs(own.length);
    mine.asLongBuffer().put(own);
    ByteBuffer[] received =
        IntStream.range(0, size()).mapToObj(r -> longs(own.length)).toArray(ByteBuffer[]::new);
    run(next("allGather of " + own.length + " numbers"), toAll(mine), received);
    long[][] all = new long[size()][own.length];
    for (int r = 0; r < all.length; r++) {
      received[r].asLongBuffer().get(all[r]);
    }
    return all;
  }

  private static ByteBuffer longs(int count) {
    // One order for all machines.
    return ByteBuffer.allocateDirect(Math.multiplyExact(count, Long.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer[] toAll(ByteBuffer mine) {
    ByteBuffer[] send = new ByteBuffer[size()];
    Arrays.setAll(send, r -> mine.duplicate());
    return send;
  }

  @Override
  public void allReduce(INDArray array) {
    Require.usable("sum", array);
    Require.floating("sum", array.dataType());
    Contiguous.require("sum", array);
    String text = "allReduce " + Arrays.toString(array.shape()) + " " + array.dataType();
    if (array.isEmpty()) {
      run(next(text), toAll(ByteBuffer.allocate(0)), toAll(ByteBuffer.allocate(0)));
    } else {
      sum.reduce(array, (send, receive) -> run(next(text), send, receive));
    }
  }

  @Override
  public void barrier() {
    ByteBuffer nothing = ByteBuffer.allocate(0);
    run(next("barrier"), toAll(nothing), toAll(nothing));
  }

  @Override
  public Group split(int colour) {
    long[][] colours = allGather(colour);
    int[] members =
        IntStream.range(0, size()).filter(r -> colours[r][0] == colour).toArray();
    Group part = new ExchangeGroup(exchange.among(members, next("split")));
    parts.add(part);
    return part;
  }

  private Exchange.Call next(String text) {
    if (closed) {
      throw new IllegalStateException(text + " of rank " + rank() + " came after it was closed");
    }
    return new Exchange.Call(calls++, text);
  }

  private void run(Exchange.Call call, ByteBuffer[] send, ByteBuffer[] receive) {
    int own = rank();
    int sent = send[own].remaining();
    int expected = receive[own].remaining();
    if (sent != expected) {
      RuntimeException wrong = new IllegalArgumentException(
          "rank %d must receive from itself as many bytes as it sends, %d, but expects %d, in %s"
              .formatted(own, sent, expected, call));
      exchange.abort(wrong);
      throw wrong;
    }
    exchange.exchange(call, send, receive);
    receive[own].duplicate().put(send[own].duplicate());
  }

  @Override
  public void abort(Throwable cause) {
    exchange.abort(cause);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      parts.forEach(Group::close);
      exchange.close();
    }
  }

  @Override
  public String toString() {
    return "rank %d of %d".formatted(rank(), size());
  }
}
