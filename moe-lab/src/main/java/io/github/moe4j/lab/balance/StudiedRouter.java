package io.github.moe4j.lab.balance;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterParts;
import io.github.moe4j.routing.catalogue.RouterProvider;
import io.github.moe4j.routing.catalogue.RuleProvider;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The routers of the catalogue that mechanisms are studied with, without groups. Each has a linear gate
 * with a bias, which sets the initial routing: the bias of the first k experts is raised, that of all others
 * lowered.
 */
public enum StudiedRouter {
  /** Top-k of a softmax, weights renormalized. */
  TOP_K("top-k", 1, -1),
  /** DeepSeek-V3's sigmoid gate with an expert bias on the scores. */
  DEEPSEEK_V3("deepseek-v3", 1, -1),
  /** Top-k with an expert bias on the logits. */
  BIASED_TOP_K("biased-top-k", 1, -1),
  /** Noisy top-k with learned noise. */
  NOISY_TOP_K("noisy-top-k", 1, -1),
  /** A batchwise mask with learned thresholds, which let only the preferred experts through at first. */
  BATCHWISE("batchwise", 1, -1),
  /** ReLU routing; experts that are never positive could never learn, so a few tokens reach them. */
  REMOE("remoe", 1, -0.25);

  private static final String GROUPS = "groups";

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

  /** Its name in tables and in the catalogue. */
  public String label() {
    return label;
  }

  private RouterProvider provider() {
    return RouterCatalogue.load().get(label);
  }

  /** Whether an expert bias is added to the scores for selection. */
  public boolean readsBias() {
    return provider().traits().readsBias();
  }

  /**
   * A new router; the same seed gives the same bits.
   *
   * @param bias [E] expert bias, for routers that read one
   */
  public Router create(BalancedSizes options, InitialRouting start, ExpertBias bias, long seed) {
    RouterProvider provider = provider();
    boolean hasGroups = provider.options().stream().anyMatch(o -> o.name().equals(GROUPS));
    String gateBias = RuleProvider.GATE_BIAS.name();
    RouterConfig config = RouterConfig.of(options.experts(), options.width(), options.k())
        .withOptions(hasGroups ? Map.of(gateBias, 1.0, GROUPS, 1.0) : Map.of(gateBias, 1.0));
    NamedArrays arrays = ParameterSpec.create(provider.parameters(config), DataType.FLOAT, seed);
    arrays.get("bias").assign(preference(options, start));
    if (this == BATCHWISE) {
      arrays.get("rule.threshold").assign(1.0 / options.experts());
    }
    return provider.build(config, new RouterParts(arrays::get, bias, seed));
  }

  private INDArray preference(BalancedSizes options, InitialRouting start) {
    double[] preference = new double[options.experts()];
    for (int e = 0; start == InitialRouting.COLLAPSED && e < preference.length; e++) {
      preference[e] = e < options.k() ? raised : lowered;
    }
    return Nd4j.createFromArray(preference).castTo(DataType.FLOAT);
  }
}
