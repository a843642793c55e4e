package io.github.moe4j.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Runs reference cases against the library. Errors of a case are its result. */
public final class ConformanceRunner {
  private final Map<String, ReferenceFamily> families = new LinkedHashMap<>();

  /** A runner with some families, each once. */
  public ConformanceRunner(Collection<ReferenceFamily> families) {
    for (ReferenceFamily family : families) {
      if (this.families.put(family.name(), family) != null) {
        throw new IllegalArgumentException(
            "a family must be given once but " + family.name() + " was given twice");
      }
    }
  }

  /**
   * Runs cases one after another.
   *
   * @param stop checked before each case; if true, the results so far are returned
   * @param listener receives each result as soon as it is known
   * @return the results in the order of the files
   */
  public List<CaseResult> run(
      List<CaseFile> files, BooleanSupplier stop, Consumer<CaseResult> listener) {
    List<CaseResult> results = new ArrayList<>();
    for (CaseFile file : files) {
      if (stop.getAsBoolean()) {
        break;
      }
      CaseResult result = run(file);
      results.add(result);
      listener.accept(result);
    }
    return results;
  }

  /** Runs the case of a file. */
  public CaseResult run(CaseFile file) {
    try (InputStream in = file.content().open()) {
      return run(file.name(), CaseReader.read(in));
    } catch (DamagedCaseException e) {
      return CaseResult.fail(file.name(), e.getMessage());
    } catch (IOException e) {
      return CaseResult.fail(file.name(), "cannot be read: " + e);
    }
  }

  /** Runs a case under a given name. */
  CaseResult run(String name, ReferenceCase reference) {
    ReferenceFamily family = families.get(reference.family());
    if (family == null) {
      return CaseResult.skip(name, "no implementation of " + reference.family() + " yet");
    }
    Comparison comparison = new Comparison(reference);
    try {
      family.run(reference, comparison);
    } catch (UnsupportedCaseException e) {
      return CaseResult.skip(name, e.getMessage());
    } catch (DamagedCaseException e) {
      return CaseResult.fail(name, e.getMessage());
    } catch (RuntimeException e) {
      return CaseResult.fail(name, "the library threw " + e);
    }
    return comparison
        .failure()
        .map(reason -> CaseResult.fail(name, reason + unread(reference.config())))
        .orElseGet(() -> CaseResult.pass(name));
  }

  /** A hint at options that may explain why a case fails. */
  private static String unread(CaseConfig config) {
    List<String> unread = config.unread();
    return unread.isEmpty() ? "" : "; options not read: " + unread;
  }
}
