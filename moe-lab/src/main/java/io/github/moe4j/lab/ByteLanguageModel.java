package io.github.moe4j.lab;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.transformer.LayerNorm;
import io.github.moe4j.core.transformer.TransformerBlock;
import io.github.moe4j.lab.text.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A language model over bytes: byte and position embeddings, Transformer blocks, a final
 * normalization, and a linear head over the 256 bytes.
 *
 * <p>Parameters: {@code embedding.weight} [256,D], {@code position.weight} [S,D], {@code block.i.…},
 * {@code norm.…} and {@code head.weight} [256,D].
 */
public final class ByteLanguageModel implements Parameterized {
  private static final int BYTES = 256;

  private final ByteEmbedding embedding;
  private final List<TransformerBlock> blocks;
  private final LayerNorm norm;
  private final INDArray head;
  private final Arena arena;
  private final NamedArrays parameters;

  private ByteLanguageModel(
      ModelOptions options,
      IntFunction<FeedForward> feedForwards,
      DataType type,
      long seed,
      Arena arena) {
    SplittableRandom random = new SplittableRandom(seed);
    int width = options.width();
    this.arena = arena;
    this.embedding = new ByteEmbedding(options.sequence(), width, type, random);
    this.head = Initializer.kaimingUniform().create(type, random, BYTES, width);
    this.norm = LayerNorm.create(width, type);
    this.blocks = new ArrayList<>();
    NamedArrays.Builder all = NamedArrays.builder();
    embedding.parameters().forEach(all::add);
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
  public NamedArrays parameters() {
    return parameters;
  }

  /**
   * Predicts each next byte in evaluation mode.
   *
   * @param batch windows no longer than the model's sequence
   */
  public Pass evaluate(Batch batch) {
    return new Pass(batch, PassMode.evaluation());
  }

  /**
   * Predicts each next byte in training mode.
   *
   * @param batch windows no longer than the model's sequence
   * @param random source of router noise. Modified.
   * @param step optimizer steps done before, for schedules
   */
  public Pass train(Batch batch, RandomGenerator random, long step) {
    return new Pass(batch, PassMode.training(random).atStep(step));
  }

  /** One pass over a batch, with its backward. Close it to reuse its memory. */
  public final class Pass implements AutoCloseable {
    private final Batch batch;
    private final Arena.Scope scope = arena.open();
    private final List<FeedForwardPass> runs = new ArrayList<>();
    private final LayerNorm.Pass normed;
    private final INDArray probabilities;
    private final double[] nats;
    private boolean pulledBack;

    private Pass(Batch batch, PassMode mode) {
      this.batch = batch;
      INDArray x = embedding.forward(batch, scope);
      TokenBatch input =
          TokenBatch.of(x, mode).withSequenceLength(batch.sequence()).withTokenIds(batch.tokens());
      for (TransformerBlock block : blocks) {
        FeedForwardPass run = block.forward(input, scope.take(x.dataType(), x.shape()));
        runs.add(run);
        input = input.withX(run.y());
      }
      this.normed = norm.forward(input.x(), input.mask(), scope);
      this.probabilities = scope.take(x.dataType(), x.size(0), BYTES);
      Gemm.multiply(normed.y(), false, head, true, 0, probabilities);
      this.nats = softmax(probabilities, batch.targets());
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
    public List<MoePass> moe() {
      return runs.stream().flatMap(run -> MoePasses.in(run).stream()).toList();
    }

    /**
     * Pulls the gradient of the mean loss in nats back; once, since it reuses the pass's memory.
     *
     * @param into gradients of the model's parameters. Modified: the result is added.
     */
    public void backward(Gradients into) {
      backward(into, batch.tokens().length);
    }

    /**
     * The same of the sum of the losses over the tokens of a larger batch.
     *
     * @param into gradients of the model's parameters. Modified: the result is added.
     * @param ofTokens of the batch of which this is a part
     */
    void backward(Gradients into, int ofTokens) {
      if (pulledBack) {
        throw new IllegalStateException("the backward of a pass can run once");
      }
      pulledBack = true;
      int tokens = batch.tokens().length;
      DataType type = probabilities.dataType();
      RowMap.apply(List.of(probabilities), List.of(probabilities), (t, in, out) -> {
        for (int b = 0; b < BYTES; b++) {
          out[0][b] = (in[0][b] - (b == batch.targets()[t] ? 1 : 0)) / ofTokens;
        }
      });
      into.ifPresent(
          "head.weight", dW -> Gemm.multiply(probabilities, true, normed.y(), false, 1, dW));
      INDArray dNormed = scope.take(type, tokens, head.size(1));
      Gemm.multiply(probabilities, false, head, false, 0, dNormed);
      INDArray upstream = scope.takeZeros(type, tokens, head.size(1));
      normed.backward(dNormed, upstream, into.part("norm"));
      for (int i = runs.size() - 1; i >= 0; i--) {
        INDArray dx = scope.takeZeros(type, tokens, head.size(1));
        runs.get(i).backward(upstream, dx, into.part("block." + i));
        upstream = dx;
      }
      embedding.backward(batch, upstream, into);
    }

    /** Returns the memory of the pass. */
    @Override
    public void close() {
      runs.forEach(FeedForwardPass::close);
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
