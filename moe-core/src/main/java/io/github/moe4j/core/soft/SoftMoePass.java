package io.github.moe4j.core.soft;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.PassGuard;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.soft.SoftMoeOptions.PaddedOutput;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One pass of a {@link SoftMoe} over B sequences, P = E·S slots each. */
final class SoftMoePass implements FeedForwardPass, MoePasses {
  static final String NAME = "a Soft MoE layer";

  private final SoftMoe layer;
  private final TokenMask mask;
  private final int length;
  private final int sequences;
  private final int slots;
  private final NormalizedRows tokens;
  private final NormalizedRows keys;
  private final INDArray mixed;
  private final SlotWeights weights;
  private final ExpertsPass expertsRun;
  private final INDArray slotOutputs;
  private final INDArray y;
  private final Arena.Scope scope;
  private final PassGuard guard;

  SoftMoePass(SoftMoe layer, TokenBatch input, INDArray y, Arena.Scope scope) {
    this.layer = layer;
    this.scope = scope;
    this.mask = input.mask();
    this.length = input.sequenceLength();
    this.sequences = length == 0 ? 0 : input.tokens() / length;
    this.slots = layer.experts().experts() * layer.slotsPerExpert();
    INDArray x = input.x();
    SlotNormalization kind = layer.options().normalization();
    INDArray slotRows = layer.asMatrix(layer.parameters().get("slots"));
    this.tokens = new NormalizedRows(kind, x, mask, layer.tokenFactors(), scope);
    this.keys =
        new NormalizedRows(kind, slotRows, TokenMask.none(slots), layer.slotFactors(), scope);
    INDArray logits = takeWeights();
    Gemm.multiply(tokens.y(), false, keys.y(), true, 0, logits);
    this.weights = new SlotWeights(logits, input, layer.options().paddedOutput(), scope);
    this.mixed = kind.mixesRawTokens() ? NormalizedRows.masked(x, mask, scope) : tokens.y();
    INDArray slotInputs = takeSlots();
    for (int b = 0; b < sequences; b++) {
      Gemm.multiply(
          ofTokens(weights.dispatch(), b),
          true,
          ofTokens(mixed, b),
          false,
          0,
          ofSlots(slotInputs, b));
    }
    this.expertsRun = layer.experts().run(byExpert(slotInputs), expertStart(), input.mode(), scope);
    this.slotOutputs = bySequence(expertsRun.y());
    this.y = y;
    for (int b = 0; b < sequences; b++) {
      Gemm.multiply(
          ofTokens(weights.combine(), b), false, ofSlots(slotOutputs, b), false, 0, ofTokens(y, b));
    }
    this.guard = new PassGuard(NAME, layer, input, scope);
  }

  private INDArray takeWeights() {
    return scope.take(layer.dataType(), mask.tokens(), slots);
  }

  private INDArray takeTokens() {
    return scope.take(layer.dataType(), mask.tokens(), layer.modelWidth());
  }

  private INDArray takeSlots() {
    return scope.take(layer.dataType(), (long) sequences * slots, layer.modelWidth());
  }

  /** Rows of the tokens of a sequence. */
  private INDArray ofTokens(INDArray rows, int sequence) {
    return Gemm.rows(rows, (long) sequence * length, (sequence + 1L) * length);
  }

  /** Rows of the slots of a sequence. */
  private INDArray ofSlots(INDArray rows, int sequence) {
    return Gemm.rows(rows, (long) sequence * slots, (sequence + 1L) * slots);
  }

  /** First row of each expert: it has S rows a sequence. */
  private int[] expertStart() {
    int perExpert = Math.multiplyExact(sequences, layer.slotsPerExpert());
    return IntStream.rangeClosed(0, layer.experts().experts())
        .map(e -> Math.multiplyExact(e, perExpert))
        .toArray();
  }

  /** Slot rows in order of sequence, expert, slot copied to order of expert, sequence, slot. */
  private INDArray byExpert(INDArray rows) {
    return exchanged(rows, sequences, layer.experts().experts());
  }

  /** The backward of {@link #byExpert}. */
  private INDArray bySequence(INDArray rows) {
    return exchanged(rows, layer.experts().experts(), sequences);
  }

  /** Blocks of S rows in order of (outer, inner) copied to order of (inner, outer). */
  private INDArray exchanged(INDArray rows, int outer, int inner) {
    INDArray result = takeSlots();
    if (rows.isEmpty()) {
      return result;
    }
    long block = (long) layer.slotsPerExpert() * layer.modelWidth();
    Rows source = Rows.of(rows.reshape('c', (long) outer * inner, block));
    Rows target = Rows.of(result.reshape('c', (long) outer * inner, block));
    double[] copy = new double[source.width()];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        source.read((long) o * inner + i, copy);
        target.write((long) i * outer + o, copy);
      }
    }
    return result;
  }

  @Override
  public INDArray y() {
    return y;
  }

  /** Those within the experts, for the slots themselves are not routed. */
  @Override
  public List<MoePass> moe() {
    return MoePasses.in(expertsRun);
  }

  @Override
  public void backward(INDArray dy, INDArray dx, Gradients into) {
    guard.backward(dy, dx, into, upstream -> pullBack(upstream, dx, into));
  }

  private void pullBack(INDArray dy, INDArray dx, Gradients into) {
    INDArray upstream = dy;
    if (layer.options().paddedOutput() == PaddedOutput.ZERO) {
      upstream = NormalizedRows.masked(upstream, mask, scope);
    }
    INDArray dOutputs = takeSlots();
    INDArray dCombine = takeWeights();
    for (int b = 0; b < sequences; b++) {
      INDArray dyOwn = ofTokens(upstream, b);
      Gemm.multiply(ofTokens(weights.combine(), b), true, dyOwn, false, 0, ofSlots(dOutputs, b));
      Gemm.multiply(dyOwn, false, ofSlots(slotOutputs, b), true, 0, ofTokens(dCombine, b));
    }
    INDArray dRows = scope.takeZeros(dy.dataType(), dOutputs.shape());
    expertsRun.backward(byExpert(dOutputs), dRows, into.part("experts"));
    mixBackward(bySequence(dRows), dCombine, dx, into);
  }

  /** From the slots' inputs and the combine weights back to tokens and slots. */
  private void mixBackward(INDArray dInputs, INDArray dCombine, INDArray dx, Gradients into) {
    INDArray dDispatch = takeWeights();
    for (int b = 0; b < sequences; b++) {
      Gemm.multiply(
          ofTokens(mixed, b), false, ofSlots(dInputs, b), true, 0, ofTokens(dDispatch, b));
    }
    INDArray dLogits = takeWeights();
    weights.backward(dDispatch, dCombine, dLogits);
    INDArray dTokens = takeTokens();
    Gemm.multiply(dLogits, false, keys.y(), false, 0, dTokens);
    INDArray dMixed = layer.options().normalization().mixesRawTokens() ? dx : dTokens;
    for (int b = 0; b < sequences; b++) {
      Gemm.multiply(
          ofTokens(weights.dispatch(), b),
          false,
          ofSlots(dInputs, b),
          false,
          1,
          ofTokens(dMixed, b));
    }
    INDArray dKeys = scope.takeZeros(dx.dataType(), keys.y().shape());
    Gemm.multiply(dLogits, true, tokens.y(), false, 1, dKeys);
    double[] dTokenFactors = tokens.backward(dTokens, dx);
    INDArray dSlots = into.isFrozen("slots")
        ? scope.takeZeros(dKeys.dataType(), dKeys.shape())
        : layer.asMatrix(into.get("slots"));
    double[] dSlotFactors = keys.backward(dKeys, dSlots);
    layer.addFactorGradients(dTokenFactors, dSlotFactors, into);
  }

  @Override
  public void close() {
    guard.close();
  }
}
