package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what one rank needs. Of rank r of M the parts r, r + M, r + 2M, … are checked completely, of others what is read:
 * all ranks together check everything.
 */
record Loading(Path folder, Group group, String model, EntryPlan plan) {
  SavedRanks load() throws IOException {
    Manifest manifest = Manifest.read(folder);
    requireModel(manifest);
    int ranks = manifest.parts().size();
    List<Checkpoint> parts = new ArrayList<>();
    List<Checkpoint> ofRanks = new ArrayList<>();
    for (int r = 0; r < ranks; r++) {
      Part part = new Part(folder, manifest.name().of(r));
      boolean complete = r % group.size() == group.rank();
      Checkpoint read = part.read(manifest.parts().get(r), complete, plan::isWanted);
      parts.add(read);
      ofRanks.add(EntryPlan.ofRank(read));
    }
    Checkpoint state = plan.join(parts, ranks == group.size() ? group.rank() : -1);
    return new SavedRanks(
        manifest.name().step(), manifest.name().save(), state, ofRanks, group.rank());
  }

  private void requireModel(Manifest manifest) throws CheckpointException {
    if (!manifest.model().equals(model)) {
      throw new CheckpointException(
          "%s must be a checkpoint of %s but is of %s".formatted(folder, model, manifest.model()));
    }
    if (!manifest.experts().equals(plan.experts())) {
      throw new CheckpointException("%s must have the experts %s but has %s"
          .formatted(folder, plan.experts(), manifest.experts()));
    }
  }
}
