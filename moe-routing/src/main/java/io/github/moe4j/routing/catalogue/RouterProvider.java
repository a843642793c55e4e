package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.CatalogueEntry;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A router by name, with the properties that the lab, benchmarks, documentation and Deeplearning4j
 * networks need. Most routers are a rule over a linear gate, and implement {@link RuleProvider}.
 *
 * <p>A provider is a class with a public no-argument constructor, listed in {@code
 * META-INF/services/io.github.moe4j.routing.catalogue.RouterProvider}.
 */
public interface RouterProvider extends CatalogueEntry {
  /** Its properties. */
  RouterTraits traits();

  /** Published models and systems that use it; empty if unknown. */
  default String usedBy() {
    return "";
  }

  /** The cost of the decision without the gate's matrix product; empty if unknown. */
  default String cost() {
    return "";
  }

  /**
   * Its default balancing: names in the catalogue of moe-balance, combined; empty for none. By
   * default the Switch loss and the z-loss unless loads are balanced by design.
   */
  default List<String> usualBalance() {
    return traits().usualLosses();
  }

  /** Its numeric options. */
  default List<NumberOption> options() {
    return List.of();
  }

  /** Its parameters in order, by their names in the router. */
  Map<String, ParameterSpec> parameters(RouterConfig config);

  /**
   * The router over given arrays.
   *
   * @throws IllegalArgumentException if sizes and options are incompatible
   */
  Router build(RouterConfig config, RouterParts parts);

  /**
   * A router with new parameters; the same seed gives the same bits.
   *
   * @param type of the parameters
   * @param bias [E] for routers that read one. Kept, not modified.
   * @throws IllegalArgumentException if an option is unknown, or sizes and options are incompatible
   */
  default Router create(RouterConfig config, DataType type, ExpertBias bias, long seed) {
    NumberOption.requireKnown("router " + name(), options(), config.options());
    NamedArrays arrays = ParameterSpec.create(parameters(config), type, seed);
    return build(config, new RouterParts(arrays::get, bias, seed));
  }
}
