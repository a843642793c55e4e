package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.ReferenceFamily;
import java.util.List;

/** The registry: every family that the library can be compared with. */
public final class Families {
  private Families() {}

  /** All families, by name. */
  public static List<ReferenceFamily> all() {
    return List.of(
        new BalmExpertChoiceRouter(),
        new BalmTopkRouter(),
        new BalmToppRouter(),
        new DavidmrauMoe(),
        new DavidmrauMoeClassic(),
        new DeepseekMoeGate(),
        new DeepseekV3InferenceMoe(),
        new DeepSpeedMoeLayer(),
        new DeepSpeedTop1Gating(),
        new DeepSpeedTop2Gating(),
        new DeepSpeedTopkGating(),
        new DiffusersNucleusExpertChoice(),
        new EpfmlExpertChoice(),
        new EpfmlLosses(),
        new HfDeepseekV2Moe(),
        new HfDeepseekV3Moe(),
        new HfDeepseekV3MoeV456(),
        new HfGptOssMlp(),
        new HfLlama4Moe(),
        new HfLoadBalancingLoss(),
        new HfMixtralBlock(),
        new HfNllbMoe(),
        new HfOlmoeBlock(),
        new HfPhimoeSparsemixer(),
        new HfQwen2MoeBlock(),
        new HfSwitchBlock(),
        new HfSwitchBlockLatest(),
        new HfSwitchLosses(),
        new LucidrainsSoftMoe(),
        new LucidrainsStMoe(),
        new MegablocksRouterLosses(),
        new MegatronExpertBiasUpdate(),
        new MegatronPaddingAndChunks(),
        new MegatronPermute(),
        new MegatronQuantileBalancing(),
        new MegatronSinkhorn(),
        new MegatronSwitchAuxLoss(),
        new MegatronTokenDropping(),
        new MegatronTopkRouter(),
        new MegatronTopkRouting(),
        new MegatronTopkSoftmaxWithCapacity(),
        new MegatronZLoss(),
        new MistralInferenceMoe(),
        new OpenaiGptOssMlpblock(),
        new RemoeReluRouter(),
        new TorchtitanRouter(),
        new TutelCosineGate(),
        new TutelExtractCritical(),
        new TutelLoadImportanceLoss());
  }
}
