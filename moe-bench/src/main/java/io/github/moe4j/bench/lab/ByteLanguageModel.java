package io.github.moe4j.bench.lab;

import io.github.moe4j.bench.lab.text.Batch;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardRun;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Parameterised;
import io.github.moe4j.core.Parameters;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.transformer.LayerNorm;
import io.github.moe4j.core.transformer.TransformerBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A language model over bytes: byte and position embeddings, Transformer blocks, a final
 * normalisation, and a linear head over the 256 bytes.
 *
 * <p>Parameters: {@code embedding.weight} [256,D], {@code position.weight} [S,D], {@code block.i.…},
 * {@code norm.…} and {@code head.weight} [256,D].
 */
public final class ByteLanguageModel implements Parameterised {
  private static final int BYTES = 256;
  private static final Initializer EMBEDDING = Initializer.normal(0.1);

  private final INDArray embedding;
  private final INDArray position;
  private final List<TransformerBlock> blocks;
  private final LayerNorm norm;
  private final INDArray head;
  private final Arena arena;
  private final Parameters parameters;

  private ByteLanguageModel(
      ModelOptions options,
      IntFunction<FeedForward> feedForwards,
      DataType type,
      long seed,
      Arena arena) {
    SplittableRandom random = new SplittableRandom(seed);
    int width = options.width();
    this.arena = arena;
    this.embedding = EMBEDDING.create(type, random, BYTES, width);
    this.position = EMBEDDING.create(type, random, options.sequence(), width);
    this.head = Initializer.kaimingUniform().create(type, random, BYTES, width);
    this.norm = LayerNorm.create(width, type);
    this.blocks = new ArrayList<>();
    Parameters.Builder all =
        Parameters.builder().add("embedding.weight", embedding).add("position.weight", position);
    for (int i = 0; i < options.blocks(); i++) {
      TransformerBlock block = TransformerBlock.create(
          feedForwards.apply(i),
          options.heads(),
          Initializer.kaimingUniform(),
          random.nextLong(),
          arena);
      blocks.add(block);
      all.addAll("block." + i, block.parameters());
    }
    this.parameters =
        all.addAll("norm", norm.parameters()).add("head.weight", head).build();
  }

  /**
   * A new model; the same seed gives the same bits.
   *
   * @param feedForwards makes the feed-forward part of each block, of width {@code options.width()}
   * @param seed of all weights outside the feed-forward parts
   * @param arena memory of all passes
   */
  public static ByteLanguageModel create(
      ModelOptions options,
      IntFunction<FeedForward> feedForwards,
      DataType type,
      long seed,
      Arena arena) {
    return new ByteLanguageModel(options, feedForwards, type, seed, arena);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  /**
   * Predicts each next byte in evaluation mode.
   *
   * @param batch windows no longer than the model's sequence
   */
  public Pass evaluate(Batch batch) {
    return new Pass(batch, null);
  }

  /**
   * Predicts each next byte in training mode.
   *
   * @param batch windows no longer than the model's sequence
   * @param random source of router noise. Modified.
   */
  public Pass train(Batch batch, RandomGenerator random) {
    return new Pass(batch, random);
  }

  /** One pass over a batch, and the way back. Close it to reuse its memory. */
  public final class Pass implements AutoCloseable {
    private final Batch batch;
    private final Arena.Scope scope = arena.open();
    private final List<FeedForwardRun> runs = new ArrayList<>();
    private final LayerNorm.Run normed;
    private final INDArray probabilities;
    private final double[] nats;
    private boolean pulledBack;

    private Pass(Batch batch, @org.jspecify.annotations.Nullable RandomGenerator random) {
      if (batch.sequence() > position.size(0)) {
        throw new IllegalArgumentException("windows must have at most %d bytes but had %d"
            .formatted(position.size(0), batch.sequence()));
      }
      this.batch = batch;
      INDArray x = embed();
      MoeInput input = MoeInput.of(x).withSequenceLength(batch.sequence());
      input = input.withTokenIds(batch.tokens());
      input = random == null ? input : input.training(random);
      for (TransformerBlock block : blocks) {
        FeedForwardRun run = block.forward(input);
        runs.add(run);
        input = input.withX(run.y());
      }
      this.normed = norm.forward(input.x(), input.mask(), scope);
      this.probabilities = scope.take(x.dataType(), x.size(0), BYTES);
      Gemm.multiply(normed.y(), false, head, true, 0, probabilities);
      this.nats = softmax(probabilities, batch.targets());
    }

    private INDArray embed() {
      INDArray x = scope.take(embedding.dataType(), batch.tokens().length, embedding.size(1));
      Rows bytes = Rows.of(embedding);
      Rows places = Rows.of(position);
      Rows out = Rows.of(x);
      double[] row = new double[out.width()];
      double[] place = new double[out.width()];
      for (int t = 0; t < batch.tokens().length; t++) {
        bytes.read(batch.tokens()[t], row);
        places.read(t % batch.sequence(), place);
        for (int d = 0; d < row.length; d++) {
          row[d] += place[d];
        }
        out.write(t, row);
      }
      return x;
    }

    /** Loss in nats of each token [T]. */
    public double[] nats() {
      return nats.clone();
    }

    /** Mean loss in bits per byte. */
    public double bitsPerByte() {
      double sum = 0;
      for (double n : nats) {
        sum += n;
      }
      return sum / nats.length / Math.log(2);
    }

    /** The passes of the Mixture-of-Experts layers, first block first; none in a dense model. */
    public List<MoeForward> moe() {
      return runs.stream().flatMap(run -> run.moe().stream()).toList();
    }

    /**
     * Pulls the gradient of the mean loss in nats back; once, since it reuses the pass's memory.
     *
     * @param into gradients of the model's parameters. Modified: the result is added.
     */
    public void backward(Gradients into) {
      if (pulledBack) {
        throw new IllegalStateException("the backward of a pass can run once");
      }
      pulledBack = true;
      int tokens = batch.tokens().length;
      DataType type = probabilities.dataType();
      RowMap.apply(List.of(probabilities), List.of(probabilities), (t, in, out) -> {
        for (int b = 0; b < BYTES; b++) {
          out[0][b] = (in[0][b] - (b == batch.targets()[t] ? 1 : 0)) / tokens;
        }
      });
      Gemm.multiply(probabilities, true, normed.y(), false, 1, into.get("head.weight"));
      INDArray dNormed = scope.take(type, tokens, head.size(1));
      Gemm.multiply(probabilities, false, head, false, 0, dNormed);
      INDArray upstream = scope.takeZeros(type, tokens, head.size(1));
      normed.backward(dNormed, upstream, into.scoped("norm"));
      for (int i = runs.size() - 1; i >= 0; i--) {
        INDArray dx = scope.takeZeros(type, tokens, head.size(1));
        runs.get(i).backward(upstream, dx, into.scoped("block." + i));
        upstream = dx;
      }
      addEmbeddingGradients(upstream, into);
    }

    private void addEmbeddingGradients(INDArray dx, Gradients into) {
      Rows gradients = Rows.of(dx);
      Rows bytes = Rows.of(into.get("embedding.weight"));
      Rows places = Rows.of(into.get("position.weight"));
      double[] gradient = new double[gradients.width()];
      double[] sum = new double[gradients.width()];
      for (int t = 0; t < batch.tokens().length; t++) {
        gradients.read(t, gradient);
        addRow(bytes, batch.tokens()[t], gradient, sum);
        addRow(places, t % batch.sequence(), gradient, sum);
      }
    }

    private static void addRow(Rows rows, int row, double[] values, double[] sum) {
      rows.read(row, sum);
      for (int d = 0; d < sum.length; d++) {
        sum[d] += values[d];
      }
      rows.write(row, sum);
    }

    /** Gives the memory of the pass back. */
    @Override
    public void close() {
      runs.forEach(FeedForwardRun::close);
      scope.close();
    }
  }

  /** Turns logits into probabilities in place and returns the loss of each row in nats. */
  private static double[] softmax(INDArray logits, int[] targets) {
    double[] nats = new double[targets.length];
    RowMap.apply(List.of(logits), List.of(logits), (t, in, out) -> {
      double max = Double.NEGATIVE_INFINITY;
      for (double v : in[0]) {
        max = Math.max(max, v);
      }
      double sum = 0;
      for (int b = 0; b < BYTES; b++) {
        out[0][b] = Exp.exp(in[0][b] - max);
        sum += out[0][b];
      }
      for (int b = 0; b < BYTES; b++) {
        out[0][b] /= sum;
      }
      nats[t] = max + StrictMath.log(sum) - in[0][targets[t]];
    });
    return nats;
  }
}
