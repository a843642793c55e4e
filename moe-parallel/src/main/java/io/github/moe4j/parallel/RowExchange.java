package io.github.moe4j.parallel;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.internal.Gemm;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves the rows of some experts to their ranks and results back, once. All memory is taken from the pass when this is
 * made, so that another thread than that of the pass may exchange.
 */
final class RowExchange {
  private final RankExchange exchange;
  private final RowRoutes routes;

  /** Rows by receiving rank, unless they lie so already; after dispatch, results by the rank that sends them. */
  private final INDArray sent;

  /** Rows by sending rank; after dispatch, results by the rank they go to. */
  private final INDArray received;

  /** The same array if rows by sending rank are rows by expert. */
  private final INDArray rows;

  RowExchange(
      RankExchange exchange, RowRoutes routes, int width, DataType type, Arena.Scope scope) {
    this.exchange = exchange;
    this.routes = routes;
    this.sent = scope.take(type, isOneBlock(routes.toSend()) ? 0 : last(routes.sendStart()), width);
    this.received = scope.take(type, last(routes.receiveStart()), width);
    this.rows = isOneBlock(routes.toExperts())
        ? received
        : scope.take(type, last(routes.receiveStart()), width);
  }

  /** Rows that lie together where they come from and where they go need no copy. */
  private static boolean isOneBlock(List<RowBlock> blocks) {
    return blocks.size() <= 1;
  }

  /**
   * Sends rows to the ranks of their experts.
   *
   * @param own rows of this rank, sorted by expert. Not modified.
   */
  void dispatch(INDArray own) {
    INDArray send = sent;
    if (isOneBlock(routes.toSend())) {
      send = block(own);
    } else {
      RowBlock.move(routes.toSend(), own, sent);
    }
    exchange.rows(send, routes.sendStart(), received, routes.receiveStart());
    if (rows != received) {
      RowBlock.move(routes.toExperts(), received, rows);
    }
  }

  /** The rows of the local experts, of all ranks, after dispatch; valid until the scope is closed. */
  INDArray rows() {
    return rows;
  }

  /**
   * Sends the results of the local experts back, after dispatch.
   *
   * @param results one for each of the rows. Not modified.
   * @param own one row for each that this rank sent, sorted by expert. Modified: overwritten.
   */
  void combine(INDArray results, INDArray own) {
    INDArray send = results;
    if (rows != received) {
      RowBlock.moveBack(routes.toExperts(), results, received);
      send = received;
    }
    if (isOneBlock(routes.toSend())) {
      exchange.rows(send, routes.receiveStart(), block(own), routes.sendStart());
    } else {
      exchange.rows(send, routes.receiveStart(), sent, routes.sendStart());
      RowBlock.moveBack(routes.toSend(), sent, own);
    }
  }

  /** The only block to send, in place. */
  private INDArray block(INDArray own) {
    if (routes.toSend().isEmpty()) {
      return sent;
    }
    RowBlock only = routes.toSend().get(0);
    return Gemm.rows(own, only.from(), only.from() + only.count());
  }

  private static int last(int[] start) {
    return start[start.length - 1];
  }
}
