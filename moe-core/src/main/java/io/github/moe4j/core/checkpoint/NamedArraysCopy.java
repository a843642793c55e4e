package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Require;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies saved tensors into live parameters, once all are known to fit. */
final class NamedArraysCopy {
  private final Checkpoint saved;
  private final String prefix;

  NamedArraysCopy(Checkpoint saved, String prefix) {
    this.saved = saved;
    this.prefix = prefix + ".";
  }

  void into(NamedArrays parameters) {
    parameters.forEach(this::requireFits);
    for (String name : saved.names()) {
      Require.that(
          !name.startsWith(prefix) || parameters.names().contains(name.substring(prefix.length())),
          "%s is in the checkpoint but not among the parameters",
          name);
    }
    parameters.forEach((name, array) -> saved.tensorValues(prefix + name).copyTo(array));
    parameters.markChanged();
  }

  private void requireFits(String name, INDArray array) {
    INDArray source = saved.tensorValues(prefix + name).array();
    Require.shape(prefix + name, source, array.shape());
    Require.type(prefix + name, source, array.dataType());
  }
}
