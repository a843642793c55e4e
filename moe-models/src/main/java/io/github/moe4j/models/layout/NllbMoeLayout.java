package io.github.moe4j.models.layout;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.models.layout.MoeBlock.Stack;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * NLLB-MoE: two experts per token, the second by policy, capacity that counts padding, plain experts
 * with biases ({@code NllbMoeSparseMLP} in Hugging Face).
 *
 * <p>The policies {@code random} and {@code sampling} draw random numbers in training only; Hugging
 * Face draws in evaluation too. With {@code moe_token_dropout} outputs are scaled down in evaluation, and
 * training is rejected.
 */
final class NllbMoeLayout implements Layout {
  @Override
  public String name() {
    return "nllb-moe";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("nllb-moe", "nllb_moe");
  }

  @Override
  public String architecture() {
    return "NllbMoe";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireOff("router_ignore_padding_tokens");
    rule(config);
    capacity(config);
    if (config.size("num_experts") < 2) {
      throw new LayoutException(
          "config num_experts must be at least 2, since each token has two experts, but is 1");
    }
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Stream.of(Stack.ENCODER, Stack.DECODER)
        .flatMap(stack -> {
          int step = config.count(stack.lower() + "_sparse_step", 4);
          int layers = config.size(stack.lower() + "_layers");
          return Blocks.of(stack, layers, i -> step > 0 && (i + 1) % step == 0).stream();
        })
        .toList();
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = new BlockSizes(
        config.size("num_experts"),
        config.size("d_model"),
        config.size(block.stack().lower() + "_ffn_dim"));
    boolean bias = config.flag("router_bias", false);
    return Roots.forms(Roots.MODEL, root -> List.of(parts(root, block, sizes, bias)));
  }

  private static List<LayoutPart> parts(
      String root, MoeBlock block, BlockSizes sizes, boolean routerBias) {
    String ffn = root + block.stack().lower() + ".layers." + block.layer() + ".ffn";
    String expert = ffn + ".experts.expert_{}";
    int e = sizes.experts();
    int d = sizes.width();
    int h = sizes.hidden();
    List<LayoutPart> parts = new ArrayList<>(List.of(
        GluParts.router(ffn + ".router.classifier.weight", sizes),
        TensorPerExpert.of(expert + ".fc1.weight", "experts.up.weight", e, h, d),
        TensorPerExpert.of(expert + ".fc1.bias", "experts.up.bias", e, h),
        TensorPerExpert.of(expert + ".fc2.weight", "experts.down.weight", e, d, h),
        TensorPerExpert.of(expert + ".fc2.bias", "experts.down.bias", e, d)));
    if (routerBias) {
      parts.add(WholeTensor.of(ffn + ".router.classifier.bias", "router.bias", e));
    }
    return List.copyOf(parts);
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
            GatedRouter.of(arrays.gate(), rule(config)),
            arrays.ffn(
                config.activation("activation_function", "relu"),
                config.rate("activation_dropout", 0)))
        .capacity(capacity(config));
  }

  private static GShard rule(ModelConfig config) {
    GShard.Second second = switch (config.text("second_expert_policy", "all")) {
      case "all" -> GShard.Second.ALL;
      case "random" -> GShard.Second.RANDOM;
      case "sampling" -> GShard.Second.SAMPLING;
      default -> throw config.unsupported("second_expert_policy", "all, random, sampling");
    };
    if (!isNormalizedBefore(config)) {
      return GShard.nllb(second);
    }
    return GShard.nllb(second)
        .withWeights(
            second == GShard.Second.RANDOM
                ? GShard.Weights.FIRST_NORMALIZED
                : GShard.Weights.NORMALIZED);
  }

  private static CapacityRule capacity(ModelConfig config) {
    DropOrder order = config.flag("batch_prioritized_routing", false)
        ? DropOrder.batchPrioritized()
        : DropOrder.choiceMajor();
    CapacityRule limited = new LimitedCapacity(room(config), false, order);
    CapacityRule weighted = isNormalizedBefore(config) ? limited : Renormalized.of(limited);
    double dropout = config.rate("moe_token_dropout", 0.2);
    return dropout == 0 ? weighted : new TokenDropout(weighted, dropout);
  }

  /** A null capacity stands for twice the mean load. */
  private static CapacityFormula room(ModelConfig config) {
    CapacityFormula room = config.isSet("expert_capacity") || !config.has("expert_capacity")
        ? CapacityFormula.fixed(config.count("expert_capacity", 64))
        : demand -> 2 * ((demand.allTokens() + demand.experts() - 1) / demand.experts());
    double fraction = config.number("moe_eval_capacity_token_fraction", 1);
    return fraction <= 0
        ? room
        : room.withEvaluation(demand -> (int) Math.ceil(fraction * demand.allTokens()));
  }

  private static boolean isNormalizedBefore(ModelConfig config) {
    return config.flag("normalize_router_prob_before_dropping", false);
  }
}
