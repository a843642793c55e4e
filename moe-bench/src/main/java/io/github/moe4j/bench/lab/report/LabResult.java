package io.github.moe4j.bench.lab.report;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that one run of the lab found, and everything needed to repeat it.
 *
 * @param title heading of the report; not blank
 * @param version version of this library
 * @param complete false if the run was interrupted, so that some figures are not final
 * @param progress how far an interrupted run came, to follow the word "after", for instance {@code
 *     "1,200 of 2,000 steps of model 3 of 5"}; may be empty if complete
 * @param configuration seed, steps, sizes, Java runtime, machine and so on, in the order to show
 * @param domainKind what a domain is, in the singular: {@code "language"} or {@code "file"}
 * @param domains the names of the domains
 * @param models one entry a model, in the order to show; names are unique
 */
public record LabResult(
    String title,
    String version,
    boolean complete,
    String progress,
    Map<String, String> configuration,
    String domainKind,
    List<String> domains,
    List<ModelResult> models) {

  /** Validates and copies. */
  public LabResult {
    if (title.isBlank() || domainKind.isBlank()) {
      throw new IllegalArgumentException("title and domainKind must not be blank");
    }
    if (!complete && progress.isBlank()) {
      throw new IllegalArgumentException("an incomplete result must say how far the run came");
    }
    configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
    domains = List.copyOf(domains);
    models = List.copyOf(models);
    Set<String> names = new HashSet<>();
    for (ModelResult model : models) {
      if (!names.add(model.name())) {
        throw new IllegalArgumentException("two models are named " + model.name());
      }
      ExpertUse use = model.expertUse();
      if (use != null && use.domains() != domains.size()) {
        throw new IllegalArgumentException(model.name()
            + ": expertByDomain must be ["
            + use.experts()
            + ", "
            + domains.size()
            + "] but has "
            + use.domains()
            + " columns");
      }
    }
  }
}
