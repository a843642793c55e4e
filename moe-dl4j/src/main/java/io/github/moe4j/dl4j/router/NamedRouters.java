package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.GShard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Routers by the names of the command line, with usual options. */
public final class NamedRouters {
  private static final Map<String, IntFunction<RouterSpec>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("top-k", TopKRouter::new);
    ALL.put("switch", k -> new SwitchRouter());
    ALL.put("noisy-top-k", NoisyTopKRouter::new);
    ALL.put("gumbel", GumbelRouter::new);
    ALL.put("sampled", SampledRouter::new);
    ALL.put("jitter", k -> new InputJitterRouter(k, 1e-2));
    ALL.put("logit-jitter", k -> new LogitJitterRouter(k, 0.3));
    ALL.put("sparsemixer", k -> new SparseMixerRouter(0.1));
    ALL.put("gshard", k -> new GShardRouter(GShard.Second.RANDOM));
    ALL.put("deepseek-v2", k -> new DeepSeekV2Router(k, 1, 1, 1));
    ALL.put("deepseek-v3", DeepSeekV3Router::of);
    ALL.put("biased-top-k", k -> new BiasedTopKRouter(k, 1e-3));
    ALL.put("sinkhorn", SinkhornRouter::new);
    ALL.put("base", k -> new BaseRouter());
    ALL.put("expert-choice", ExpertChoiceRouter::new);
    ALL.put("batchwise", BatchwiseRouter::new);
    ALL.put("top-p", k -> new TopPRouter(0.5));
    ALL.put("remoe", k -> new ReMoERouter());
    ALL.put("cosine", k -> new CosineRouter(k, 16));
    ALL.put("all-experts", k -> new AllExpertsRouter());
    ALL.put("forced-balance", ForcedBalanceRouter::new);
  }

  private NamedRouters() {}

  /** All names. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * The router of a name; an error that lists the names if there is none.
   *
   * @param k experts a token; those with a fixed number ignore it
   */
  public static RouterSpec named(String name, int k) {
    IntFunction<RouterSpec> router = ALL.get(name);
    if (router == null) {
      throw new IllegalArgumentException(
          "router must be one of " + ALL.keySet() + " but was " + name);
    }
    return router.apply(k);
  }
}
