package io.github.moe4j.core;

/**
 * Decides which experts process each token, and with which weights.
 *
 * <p>Contract, the same for every router:
 *
 * <ul>
 *   <li>equal scores go to the lowest expert index;
 *   <li>noise only in training, and only from the input's generator;
 *   <li>a padded token gets no assignment;
 *   <li>a NaN or infinite score of a real token is an error that names token and expert;
 *   <li>the input is not modified; several threads may route at once.
 * </ul>
 */
public interface Router extends Parameterized {
  /** Number of experts E. */
  int experts();

  /** Model width D of the tokens it reads. */
  int modelWidth();

  /**
   * Routes the tokens of an input.
   *
   * @param input tokens x [T,D]. Not modified.
   * @param scope memory of the pass, valid until the scope is closed
   * @throws IllegalArgumentException if x does not fit the router, a real token has a NaN or infinite score, or a
   *     required input such as a generator is missing
   */
  RouterPass route(TokenBatch input, Arena.Scope scope);

  /** Routes the tokens of an input in its own memory, for a router that is used without a layer. */
  default RouterPass route(TokenBatch input) {
    return route(input, new Arena().open("the pass of a router"));
  }
}
