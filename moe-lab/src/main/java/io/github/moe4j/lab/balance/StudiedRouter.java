package io.github.moe4j.lab.balance;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Router;
import io.github.moe4j.routing.BatchwiseMask;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LearnedNoise;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.ReMoE;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The routers that mechanisms are studied with. Each has a linear gate with a bias, which makes the
 * start: the bias of the first k experts is raised, that of all others lowered.
 */
public enum StudiedRouter {
  /** Top-k of a softmax, weights renormalized. */
  TOP_K("top-k", 1, -1) {
    @Override
    Router create(LinearGate gate, BalancedSizes options, ExpertBias bias) {
      return GatedRouter.of(gate, TopK.of(options.k()));
    }
  },
  /** DeepSeek-V3's sigmoid gate with a selection bias on the scores. */
  DEEPSEEK_V3("deepseek-v3", 1, -1) {
    @Override
    Router create(LinearGate gate, BalancedSizes options, ExpertBias bias) {
      return GatedRouter.of(gate, DeepSeekV3.of(options.k(), bias));
    }
  },
  /** Top-k with a selection bias on the logits. */
  BIASED_TOP_K("biased-top-k", 1, -1) {
    @Override
    Router create(LinearGate gate, BalancedSizes options, ExpertBias bias) {
      return GatedRouter.of(gate, BiasedTopK.of(options.k(), bias));
    }
  },
  /** Noisy top-k with learned noise. */
  NOISY_TOP_K("noisy-top-k", 1, -1) {
    @Override
    Router create(LinearGate gate, BalancedSizes options, ExpertBias bias) {
      return NoisyTopK.of(
          gate,
          LearnedNoise.create(options.experts(), options.width(), DataType.FLOAT),
          TopK.of(options.k()));
    }
  },
  /** A batchwise mask with learned thresholds, which let only the preferred experts through at first. */
  BATCHWISE("batchwise", 1, -1) {
    @Override
    Router create(LinearGate gate, BalancedSizes options, ExpertBias bias) {
      INDArray threshold = Nd4j.valueArrayOf(
          new long[] {options.experts()}, 1.0 / options.experts(), DataType.FLOAT);
      return GatedRouter.of(gate, BatchwiseMask.of(options.k(), threshold));
    }
  },
  /** ReLU routing; experts that are never positive could never learn, so a few tokens reach them. */
  REMOE("remoe", 1, -0.25) {
    @Override
    Router create(LinearGate gate, BalancedSizes options, ExpertBias bias) {
      return GatedRouter.of(gate, new ReMoE());
    }
  };

  private static final double GATE_DEVIATION = 0.02;

  private final String label;
  private final double raised;
  private final double lowered;

  StudiedRouter(String label, double raised, double lowered) {
    this.label = label;
    this.raised = raised;
    this.lowered = lowered;
  }

  /** The studied router of a name; top-k for all others. */
  static StudiedRouter of(String name) {
    return Arrays.stream(values())
        .filter(router -> router.label.equals(name))
        .findFirst()
        .orElse(TOP_K);
  }

  /** Its name in tables, that of its page among the routers' docs. */
  public String label() {
    return label;
  }

  /** Whether a selection bias decides with the scores. */
  public boolean readsBias() {
    return this == DEEPSEEK_V3 || this == BIASED_TOP_K;
  }

  /**
   * A new router; the same seed gives the same bits.
   *
   * @param bias [E] selection bias, for routers that read one
   */
  public Router create(BalancedSizes options, InitialRouting start, ExpertBias bias, long seed) {
    INDArray weight = Initializer.normal(GATE_DEVIATION)
        .create(DataType.FLOAT, new SplittableRandom(seed), options.experts(), options.width());
    double[] preference = new double[options.experts()];
    for (int e = 0; start == InitialRouting.COLLAPSED && e < preference.length; e++) {
      preference[e] = e < options.k() ? raised : lowered;
    }
    INDArray gateBias = Nd4j.createFromArray(preference).castTo(DataType.FLOAT);
    return create(LinearGate.of(weight, gateBias), options, bias);
  }

  abstract Router create(LinearGate gate, BalancedSizes options, ExpertBias bias);
}
