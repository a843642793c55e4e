package io.github.moe4j.examples;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.catalogue.ChoiceCount;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterParts;
import io.github.moe4j.routing.catalogue.RouterTraits;
import io.github.moe4j.routing.catalogue.RuleProvider;
import java.util.List;

/** The rule of the tutorial by name, over a linear gate. */
public final class ThresholdProvider implements RuleProvider {
  private static final NumberOption LEAST =
      NumberOption.of("least", "probability that an expert needs, in (0, 1)", 0.2);

  /** For the loader of services. */
  public ThresholdProvider() {}

  @Override
  public String name() {
    return "threshold";
  }

  @Override
  public String title() {
    return "Threshold";
  }

  @Override
  public String formula() {
    return "experts with p ≥ a threshold; weights p";
  }

  @Override
  public RouterTraits traits() {
    return RouterTraits.of(ChoiceCount.byToken());
  }

  @Override
  public List<NumberOption> options() {
    return List.of(LEAST, GATE_BIAS);
  }

  @Override
  public RoutingRule rule(RouterConfig config, RouterParts parts) {
    return new ThresholdRule(config.number(LEAST));
  }
}
