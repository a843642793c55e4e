package io.github.moe4j.parallel;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Require;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * E experts spread over the ranks of a group (Lepikhin et al. 2020, GShard, arXiv 2006.16668): every rank routes its own
 * tokens, sends each row to the rank that holds its expert, computes the rows that it receives, and sends the results
 * back. A {@code MoeLayer} with these experts has the outputs and gradients of its own tokens.
 *
 * <p>y, dx and the gradients of experts are bit-identical to those of one process over the whole batch, in which the
 * tokens of rank 0 come first, then those of rank 1 and so on, if a token's routing does not depend on other tokens, no
 * expert has replicas, and the vector kernels compute the products. With replicas each holds the gradient of the rows
 * that it computed; {@link DataParallel#withExperts} adds them.
 *
 * <p>Parameters are those of the local experts, by their own names; a rank may hold none. Every pass is collective,
 * forward and backward, also on a rank without tokens. Experts must not draw random numbers in training. Experts that
 * compute nothing, such as zero and copy experts, stay local beside these in {@code CompositeExperts}; filler rows
 * are not computed and do not travel. Used by the thread of the rank.
 */
public final class ExpertParallel implements Experts {
  private final Group group;
  private final Placement placement;
  private final @Nullable Experts local;
  private final int modelWidth;
  private final DataType type;
  private final NamedArrays parameters;
  private final int chunks;
  private final RankExchange exchange;

  private ExpertParallel(
      Group group,
      Placement placement,
      @Nullable Experts local,
      int modelWidth,
      DataType type,
      int chunks) {
    Require.that(
        placement.ranks() == group.size(),
        "placement must be over the %d ranks of the group but was over %d",
        group.size(),
        placement.ranks());
    int here = placement.expertsOn(group.rank()).length;
    int held = local == null ? 0 : local.experts();
    Require.that(
        here == held,
        "rank %d must hold the %d experts %s of its placement but holds %d",
        group.rank(),
        here,
        Arrays.toString(placement.expertsOn(group.rank())),
        held);
    this.group = group;
    this.placement = placement;
    this.local = local;
    this.modelWidth = modelWidth;
    this.type = type;
    this.chunks = chunks;
    this.exchange = new RankExchange(group, new ExchangedRows());
    this.parameters = local == null ? NamedArrays.none() : local.parameters();
  }

  /**
   * Experts of which this rank holds some. Collective: ranks whose placements, widths or types differ get an error.
   *
   * @param placement over the ranks of the group
   * @param local the experts of this rank, in the order of their numbers. What experts share, such as a norm of their
   *     input, belongs around these experts: its gradient would be that of the local experts alone.
   * @throws IllegalArgumentException if the placement is not over these ranks, or the number of local experts or the
   *     other ranks' values differ from it
   */
  public static ExpertParallel of(Group group, Placement placement, Experts local) {
    return agreed(
        group,
        () -> new ExpertParallel(group, placement, local, local.modelWidth(), local.dataType(), 1));
  }

  /**
   * The same on a rank that holds no experts.
   *
   * @param modelWidth D of the other ranks' experts
   * @param type of the other ranks' experts
   * @throws IllegalArgumentException as above
   */
  public static ExpertParallel withoutExperts(
      Group group, Placement placement, int modelWidth, DataType type) {
    return agreed(group, () -> new ExpertParallel(group, placement, null, modelWidth, type, 1));
  }

  private static ExpertParallel agreed(Group group, Supplier<ExpertParallel> made) {
    ExpertParallel own;
    try {
      own = made.get();
    } catch (IllegalArgumentException e) {
      group.abort(e); // the other ranks would wait
      throw e;
    }
    own.requireAgreement();
    return own;
  }

  private void requireAgreement() {
    long[][] all =
        group.allGather(checksum(placement), placement.experts(), modelWidth, type.ordinal());
    for (int r = 1; r < all.length; r++) {
      Require.that(
          Arrays.equals(all[0], all[r]),
          "ranks 0 and %d must have one placement, width and type but have [checksum, E, D, type] %s and %s",
          r,
          Arrays.toString(all[0]),
          Arrays.toString(all[r]));
    }
  }

  private static long checksum(Placement placement) {
    byte[] text = placement.toString().getBytes(StandardCharsets.UTF_8);
    CRC32C sum = new CRC32C();
    sum.update(text);
    return sum.getValue() << Integer.SIZE | Integer.toUnsignedLong(Arrays.hashCode(text));
  }

  /**
   * The same experts with several chunks in flight: while the experts of one chunk compute, the rows of the next and the
   * results of the last are exchanged by a thread that lives no longer than the pass. The local experts of each rank are
   * divided, so all rows of an expert are in one chunk and no bit changes, but for the gradient of a parameter that local
   * experts share, which is a sum over chunks. Worth it if an exchange takes long against the
   * products, and a rank has several experts.
   *
   * @param number of chunks, the same on all ranks, at least 1
   */
  public ExpertParallel withChunks(int number) {
    Require.positive("chunks", number);
    return new ExpertParallel(group, placement, local, modelWidth, type, number);
  }

  /**
   * The same local experts after ranks were lost, over the group of those that are left, in their order. Collective in
   * that group.
   *
   * @param survivors a new group: that of these experts has failed
   * @param lost ranks in the group of these experts
   * @throws IllegalArgumentException if an expert has no rank left; the message has its number
   */
  public ExpertParallel without(Group survivors, int... lost) {
    Experts own = local;
    return agreed(
        survivors,
        () ->
            new ExpertParallel(survivors, placement.without(lost), own, modelWidth, type, chunks));
  }

  /**
   * The same experts, to be those of a layer, with each token sent once to each rank that holds some of its experts,
   * with their weights; one row comes back, the sum there. With E = 128, K = 8 and 4 ranks 2.7 rows leave in place of 6.
   *
   * <p>y is the sum over ranks in their order, of sums in float32 or float64 over a rank's experts in theirs, and so is
   * dx; gradients of experts and weights have the bits of one process. The whole exchange is one chunk.
   *
   * @throws IllegalArgumentException if there are several chunks
   */
  public Experts oncePerRank() {
    Require.that(
        chunks == 1, "chunks must be 1 for tokens that travel once per rank but were %d", chunks);
    return new OncePerRank(this);
  }

  @Override
  public boolean computesFillers() {
    return false;
  }

  @Override
  public int experts() {
    return placement.experts();
  }

  @Override
  public int modelWidth() {
    return modelWidth;
  }

  @Override
  public DataType dataType() {
    return type;
  }

  /** Those of the local experts; none on a rank without. */
  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** The ranks that the experts are spread over. */
  Group group() {
    return group;
  }

  /** Where the experts are. */
  public Placement placement() {
    return placement;
  }

  /** What this rank has computed and sent to others so far. */
  public ExchangeStatistics exchanged() {
    return exchange.exchanged().statistics();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    Require.shape("rows", xR, -1, modelWidth);
    Require.type("rows", xR, type);
    PassArrays.requireInputs("the experts", parameters, xR);
    long begin = System.nanoTime();
    List<RowRoutes> routes = routes(expertStart);
    return new ExpertParallelPass(this, xR, mode, routes, System.nanoTime() - begin, scope);
  }

  /** Where the rows of each chunk go. */
  private List<RowRoutes> routes(int[] expertStart) {
    long[] counts = new long[experts()];
    Arrays.setAll(counts, e -> expertStart[e + 1] - expertStart[e]);
    return RowRoutes.inChunks(placement, group.rank(), exchange.counts(chunks, counts), chunks);
  }

  /** Parameters whose first axis is not that of the local experts. */
  List<String> unstacked() {
    return parameters.names().stream()
        .filter(
            name -> parameters.get(name).rank() == 0 || parameters.get(name).size(0) != heldHere())
        .toList();
  }

  /** Number of experts of this rank. */
  int heldHere() {
    return local == null ? 0 : local.experts();
  }

  /** Exchanges of this rank. */
  RankExchange exchange() {
    return exchange;
  }

  /** One exchange in memory of a pass. */
  RowExchange exchange(RowRoutes routes, Arena.Scope scope) {
    return new RowExchange(exchange, routes, modelWidth, type, scope);
  }

  /** A pass of the local experts. */
  ExpertsPass runLocal(INDArray rows, int[] expertStart, PassMode mode, Arena.Scope scope) {
    exchange.computes(rows.size(0));
    return local == null
        ? new NoExpertsPass(rows)
        : local.run(rows, expertStart, withoutNoise(mode), scope);
  }

  private static PassMode withoutNoise(PassMode mode) {
    return mode.isTraining() ? PassMode.training(NoNoise.INSTANCE).atStep(mode.step()) : mode;
  }

  @Override
  public String toString() {
    return "%d experts in parallel, %d of them on rank %d of %d"
        .formatted(experts(), placement.expertsOn(group.rank()).length, group.rank(), group.size());
  }
}
