package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.MedianInterval;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weights in the file: how long a layer takes to open and in which memory, decoding from a large file, and tokens per
 * second beside weights in memory.
 *
 * @param opened shape of the layer that is opened
 * @param decoded shape of the layer that is decoded, one token a pass
 * @param large shape of the layer that may be larger than the memory, one token a pass
 */
record MappedPart(LayerShape opened, LayerShape decoded, LayerShape large, Timing timing)
    implements ScalingPart {
  /** A Mixtral 8x7B has this shape. */
  static final LayerShape MIXTRAL = new LayerShape("Mixtral 8x7B", 1, 4096, 14336, 8, 2);

  private static final MoeBlock BLOCK = MoeBlock.decoder(0);
  private static final long ALL = Long.MAX_VALUE;
  private static final int OPENINGS = 11;
  private static final int VARIANTS = 7;

  /** Of Mixtral's shape, in a file larger than this machine's memory by a tenth; decoded at a quarter of the weights. */
  static MappedPart of(long memoryBytes, Timing timing) {
    long expert = 3L * MIXTRAL.width() * MIXTRAL.hidden() * Short.BYTES;
    int pairs = Math.toIntExact(memoryBytes / 10 * 11 / expert / 2 + 1);
    return new MappedPart(
        MIXTRAL,
        new LayerShape("a quarter of it", 1, 2048, 7168, 8, 2),
        new LayerShape("larger than memory", 1, MIXTRAL.width(), MIXTRAL.hidden(), 2 * pairs, 2),
        timing);
  }

  /** All figures. */
  record Figures(Opening opening, List<Row> decoding, Large large) {}

  /**
   * Opening of a layer.
   *
   * @param firstMillis of the first in this process, which also loads classes
   * @param millis median of the others
   * @param kilobytes more of the process's own memory after the first one; null if unknown
   */
  record Opening(
      LayerShape shape,
      long fileBytes,
      double firstMillis,
      double millis,
      @Nullable Long kilobytes) {}

  /**
   * A kind of weights.
   *
   * @param millis median of a token
   * @param speed times as fast as float32
   */
  record Row(LayerShape shape, String weights, double millis, MedianInterval speed) {}

  /**
   * Decoding from a file.
   *
   * @param passes of one token each, which go through all experts and begin again
   * @param millis median of a token
   * @param first the process after the first pass
   * @param last the process after the last one
   */
  record Large(
      LayerShape shape,
      long fileBytes,
      int passes,
      double millis,
      ProcessMemory first,
      ProcessMemory last) {}

  @Override
  public String name() {
    return "mapped";
  }

  @Override
  public long steps() {
    return OPENINGS + timing.steps(VARIANTS) + passes();
  }

  private int passes() {
    return large.experts() / large.k() * 5 / 4;
  }

  @Override
  public Result measure(Consumer<String> progress) {
    try {
      progress.accept("mapped, opening");
      Opening opening = open();
      progress.accept("mapped, " + large.name());
      Large fromFile = decodeLarge(); // before others take memory
      progress.accept("mapped, decoding");
      Figures figures = new Figures(opening, decode(), fromFile);
      return new Result(MappedTable.of(figures), figures);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Opening open() throws IOException {
    double[] millis = new double[OPENINGS];
    @Nullable Long kilobytes = null;
    try (SparseModel model = SparseModel.of(opened)) {
      Nd4j.create(DataType.FLOAT, 1).close(); // loads the native library
      System.gc(); // what other parts left
      for (int i = 0; i < OPENINGS; i++) {
        timing.watch().leaveIfAsked();
        ProcessMemory before = ProcessMemory.now();
        long start = System.nanoTime();
        try (MoeCheckpoint checkpoint = MoeCheckpoints.open(model.folder())) {
          checkpoint.layer(BLOCK, MappedWeights.streamed());
          millis[i] = (System.nanoTime() - start) / 1e6;
          if (i == 0) {
            kilobytes = less(ProcessMemory.now().anonymousKilobytes(), before.anonymousKilobytes());
          }
        }
        timing.watch().step(1);
      }
      double[] others = Arrays.copyOfRange(millis, 1, OPENINGS);
      return new Opening(opened, model.bytes(), millis[0], Samples.median(others), kilobytes);
    }
  }

  private static @Nullable Long less(@Nullable Long after, @Nullable Long before) {
    return after == null || before == null ? null : Long.valueOf(after - before);
  }

  private List<Row> decode() throws IOException {
    try (SparseModel model = SparseModel.of(decoded);
        SparseModel other = SparseModel.transposed(decoded);
        MoeCheckpoint checkpoint = MoeCheckpoints.open(model.folder());
        MoeCheckpoint transposed = MoeCheckpoints.open(other.folder())) {
      MoeLayer float32 = checkpoint.layer(BLOCK, DataType.FLOAT);
      Map<String, MoeLayer> layers = new LinkedHashMap<>();
      layers.put("float32 in memory", float32);
      layers.put("in the file", checkpoint.layer(BLOCK, MappedWeights.streamed()));
      layers.put("in the file, transposed", transposed.layer(BLOCK, MappedWeights.streamed()));
      layers.put(
          "budget for all, int8",
          checkpoint.layer(BLOCK, MappedWeights.withBudget(ALL, WeightFormat.INT8)));
      layers.put(
          "budget for half, int8: all misses",
          checkpoint.layer(BLOCK, MappedWeights.withBudget(half(), WeightFormat.INT8)));
      layers.put("packed bfloat16", checkpoint.packed(BLOCK));
      layers.put("packed int8", checkpoint.packed(BLOCK, WeightFormat.INT8));
      try {
        return decode(layers);
      } finally {
        ShapedLayer.close(float32);
      }
    }
  }

  /** For half the experts, a byte a weight: of experts in turn, each was given up before it is used again. */
  private long half() {
    return 3L * decoded.width() * decoded.hidden() * decoded.experts() / 2;
  }

  private List<Row> decode(Map<String, MoeLayer> layers) {
    Router router = TokensInTurn.router(decoded);
    List<TokensInTurn> passes = new ArrayList<>();
    try {
      for (MoeLayer layer : layers.values()) {
        passes.add(new TokensInTurn(MoeLayer.of(router, layer.experts()), decoded));
      }
      double[][] millis = timing.interleaved(List.copyOf(passes));
      List<Row> rows = new ArrayList<>();
      for (String name : layers.keySet()) {
        double[] own = millis[rows.size()];
        rows.add(
            new Row(decoded, name, Samples.median(own), Samples.ratioInterval(millis[0], own)));
      }
      return rows;
    } finally {
      passes.forEach(TokensInTurn::close);
    }
  }

  private Large decodeLarge() throws IOException {
    try (SparseModel model = SparseModel.of(large);
        MoeCheckpoint checkpoint = MoeCheckpoints.open(model.folder())) {
      MoeLayer mapped = checkpoint.layer(BLOCK, MappedWeights.streamed());
      MoeLayer layer = MoeLayer.of(TokensInTurn.router(large), mapped.experts());
      double[] millis = new double[passes()];
      ProcessMemory first = ProcessMemory.now();
      try (TokensInTurn pass = new TokensInTurn(layer, large)) {
        for (int i = 0; i < millis.length; i++) {
          timing.watch().leaveIfAsked();
          long start = System.nanoTime();
          pass.run();
          millis[i] = (System.nanoTime() - start) / 1e6;
          first = i == 0 ? ProcessMemory.now() : first;
          timing.watch().step(1);
        }
      }
      return new Large(
          large, model.bytes(), millis.length, Samples.median(millis), first, ProcessMemory.now());
    }
  }
}
