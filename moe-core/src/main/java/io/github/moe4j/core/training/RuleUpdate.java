package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.RowMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Updates by a rule, in rows.
 *
 * @param moments of the rule, each of the parameter's shape. Modified.
 */
record RuleUpdate(UpdateRule rule, LearningRate rate, List<INDArray> moments)
    implements ParameterUpdate {
  @Override
  public void apply(
      INDArray parameter, INDArray gradient, int steps, @Nullable ExpertSteps experts) {
    double now = rate.at(steps);
    int rows = Math.toIntExact(rows(parameter).size(0));
    List<INDArray> in = new ArrayList<>(List.of(rows(parameter), rows(gradient)));
    List<INDArray> out = new ArrayList<>(List.of(rows(parameter)));
    moments.forEach(moment -> in.add(rows(moment)));
    moments.forEach(moment -> out.add(rows(moment)));
    RowMap.apply(in, out, (r, read, written) -> {
      double[][] state = new double[moments.size()][];
      for (int i = 0; i < written.length; i++) {
        double[] source = i == 0 ? read[0] : read[i + 1];
        System.arraycopy(source, 0, written[i], 0, source.length);
        if (i > 0) {
          state[i - 1] = written[i];
        }
      }
      int expert = experts == null ? 0 : experts.expert(r, rows);
      if (experts == null) {
        rule.update(now, steps + 1L, written[0], read[1], state);
      } else if (!experts.isIdle(expert)) {
        rule.update(now, experts.taken(expert) + 1, written[0], read[1], state);
      }
    });
  }

  private static INDArray rows(INDArray array) {
    long width = array.rank() == 0 ? 1 : array.size(array.rank() - 1);
    return array.reshape('c', array.length() / width, width);
  }
}
