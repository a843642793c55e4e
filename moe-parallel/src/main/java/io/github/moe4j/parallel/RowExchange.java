package io.github.moe4j.parallel;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.RankRows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Moves the rows of one pass between the ranks, in memory of the pass. */
final class RowExchange {
  private final Group group;
  private final RowRoutes routes;
  private final int width;
  private final DataType type;
  private final ExchangedRows exchanged;
  private final Arena.Scope scope;

  RowExchange(
      Group group,
      RowRoutes routes,
      int width,
      DataType type,
      ExchangedRows exchanged,
      Arena.Scope scope) {
    this.group = group;
    this.routes = routes;
    this.width = width;
    this.type = type;
    this.exchanged = exchanged;
    this.scope = scope;
  }

  /**
   * Sends rows to the ranks of their experts.
   *
   * @param own rows of this rank, sorted by expert. Not modified.
   * @return the rows of the local experts, of all ranks; valid until the scope is closed
   */
  INDArray toExperts(INDArray own) {
    INDArray send = own;
    if (!RowBlock.areInPlace(routes.toSend())) {
      send = take(last(routes.sendStart()));
      RowBlock.move(routes.toSend(), own, send);
    }
    INDArray received = take(last(routes.receiveStart()));
    exchange(send, routes.sendStart(), received, routes.receiveStart());
    if (RowBlock.areInPlace(routes.toExperts())) {
      return received;
    }
    INDArray rows = take(last(routes.receiveStart()));
    RowBlock.move(routes.toExperts(), received, rows);
    return rows;
  }

  /**
   * Sends the results of the local experts back.
   *
   * @param rows of the local experts. Not modified.
   * @param own one row for each that this rank sent, sorted by expert. Modified: overwritten.
   * @return {@code own}
   */
  INDArray fromExperts(INDArray rows, INDArray own) {
    INDArray send = rows;
    if (!RowBlock.areInPlace(routes.toExperts())) {
      send = take(last(routes.receiveStart()));
      RowBlock.moveBack(routes.toExperts(), rows, send);
    }
    if (RowBlock.areInPlace(routes.toSend())) {
      exchange(send, routes.receiveStart(), own, routes.sendStart());
      return own;
    }
    INDArray received = take(last(routes.sendStart()));
    exchange(send, routes.receiveStart(), received, routes.sendStart());
    RowBlock.moveBack(routes.toSend(), received, own);
    return own;
  }

  /** Memory for rows, all zero. */
  INDArray zerosLike(INDArray rows) {
    return scope.takeZeros(type, rows.shape());
  }

  private void exchange(INDArray send, int[] sendStart, INDArray receive, int[] receiveStart) {
    long start = System.nanoTime();
    group.allToAll(new RankRows(send, sendStart), new RankRows(receive, receiveStart));
    int stay = sendStart[group.rank() + 1] - sendStart[group.rank()];
    long rows = last(sendStart) - stay;
    exchanged.add(rows, rows * width * type.width(), System.nanoTime() - start);
  }

  private INDArray take(int rows) {
    return scope.take(type, rows, width);
  }

  private static int last(int[] start) {
    return start[start.length - 1];
  }
}
