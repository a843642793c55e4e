package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointEntries;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.parallel.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which entries of a rank's state are of experts, which its own, and which replicated; and what they are called in parts:
 * {@code expert.e.name}, {@code rank.name} and {@code all.name}.
 */
final class EntryPlan {
  private static final String EXPERT = "expert.";
  private static final String RANK = "rank.";
  private static final String ALL = "all.";

  private final int rank;
  private final Map<String, Placement> experts;
  private final Set<String> ofRank;

  EntryPlan(int rank, Map<String, Placement> experts, Set<String> ofRank) {
    this.rank = rank;
    this.experts = Collections.unmodifiableMap(new LinkedHashMap<>(experts));
    this.ofRank = new LinkedHashSet<>(ofRank);
  }

  /** Whether a path has another as some of its components. */
  static boolean contains(String name, String path) {
    return ("." + name + ".").contains("." + path + ".");
  }

  /** Number of experts by path. */
  Map<String, Integer> experts() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    experts.forEach((path, placement) -> numbers.put(path, placement.experts()));
    return numbers;
  }

  private Optional<Placement> placement(String name) {
    return experts.entrySet().stream()
        .filter(e -> contains(name, e.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private boolean isOfRank(String name) {
    return ofRank.stream().anyMatch(path -> (name + ".").startsWith(path + "."));
  }

  private boolean isReplicated(String name) {
    return !isOfRank(name) && placement(name).isEmpty();
  }

  /** A checksum of what all ranks must have in common. */
  long checksumOfReplicated(Checkpoint.Builder state) {
    return CheckpointEntries.checksum(replicated(state));
  }

  private Checkpoint.Builder replicated(Checkpoint.Builder state) {
    Checkpoint.Builder all = Checkpoint.builder();
    state.names().stream()
        .filter(this::isReplicated)
        .forEach(name -> CheckpointEntries.copy(state, name, all, ALL + name));
    return all;
  }

  /** What this rank writes: its own, the experts whose first replica it holds, and on rank 0 what is replicated. */
  Checkpoint.Builder split(Checkpoint.Builder state) {
    Checkpoint.Builder part = rank == 0 ? replicated(state) : Checkpoint.builder();
    for (String name : state.names()) {
      Optional<Placement> placement = placement(name);
      if (isOfRank(name)) {
        CheckpointEntries.copy(state, name, part, RANK + name);
      } else if (placement.isPresent()) {
        splitExperts(state, name, placement.get(), part);
      }
    }
    return part;
  }

  private void splitExperts(
      Checkpoint.Builder state, String name, Placement placement, Checkpoint.Builder part) {
    int[] own = placement.expertsOn(rank);
    long axis = CheckpointEntries.firstAxis(state, name);
    Require.that(
        axis == own.length,
        "%s must have the %d experts of this rank on its first axis but has length %d",
        name,
        own.length,
        axis);
    for (int i = 0; i < own.length; i++) {
      if (placement.ranksOf(own[i])[0] == rank) {
        CheckpointEntries.slice(state, name, i, part, EXPERT + own[i] + "." + name);
      }
    }
  }

  /** Whether this rank needs an entry of a part. */
  boolean isWanted(String entry) {
    if (!entry.startsWith(EXPERT)) {
      return true;
    }
    String name = nameOf(entry);
    return placement(name)
        .map(placement -> Arrays.stream(placement.expertsOn(rank))
            .anyMatch(e -> entry.equals(EXPERT + e + "." + name)))
        .orElse(true);
  }

  /** The name without the number of the expert. */
  private static String nameOf(String entry) {
    return entry.substring(Math.max(0, entry.indexOf('.', EXPERT.length())) + 1);
  }

  /** What a rank has for itself in its part. */
  static Checkpoint ofRank(Checkpoint part) {
    return part.below("rank");
  }

  /**
   * The state of this rank from the parts of all.
   *
   * @param parts with the entries that this rank wants
   * @param ownPart which of them is this rank's own; -1 if they are of another number of ranks
   * @throws CheckpointException if an expert is in no part
   */
  Checkpoint join(List<Checkpoint> parts, int ownPart) throws CheckpointException {
    Checkpoint.Builder state = Checkpoint.builder();
    Map<String, Checkpoint> ofExperts = new LinkedHashMap<>();
    for (Checkpoint part : parts) {
      Checkpoint all = part.below("all");
      all.names().forEach(name -> CheckpointEntries.copy(all, name, state, name));
      part.names().stream()
          .filter(entry -> entry.startsWith(EXPERT))
          .forEach(entry -> ofExperts.put(entry, part));
    }
    Set<String> names = new LinkedHashSet<>();
    ofExperts.keySet().forEach(entry -> names.add(nameOf(entry)));
    for (String name : names) {
      joinExperts(name, ofExperts, state);
    }
    if (ownPart >= 0) {
      Checkpoint own = ofRank(parts.get(ownPart));
      own.names().forEach(name -> CheckpointEntries.copy(own, name, state, name));
    }
    return state.build();
  }

  private void joinExperts(String name, Map<String, Checkpoint> ofExperts, Checkpoint.Builder state)
      throws CheckpointException {
    Placement placement = placement(name)
        .orElseThrow(() -> new CheckpointException(
            "%s is of experts but none of the paths %s".formatted(name, experts.keySet())));
    List<Checkpoint> from = new ArrayList<>();
    List<String> entries = new ArrayList<>();
    for (int e : placement.expertsOn(rank)) {
      String entry = EXPERT + e + "." + name;
      Checkpoint part = ofExperts.get(entry);
      if (part == null) {
        throw new CheckpointException("expert %d of %s is in no part".formatted(e, name));
      }
      from.add(part);
      entries.add(entry);
    }
    CheckpointEntries.join(from, entries, state, name);
  }
}
