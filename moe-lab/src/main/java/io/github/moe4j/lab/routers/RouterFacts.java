package io.github.moe4j.lab.routers;

/**
 * What the table of routers says about one of them.
 *
 * @param formula how it chooses and weighs
 * @param learned its learned parameters
 * @param choices experts per token; "k" if the user says how many
 * @param balanced whether loads are even by design
 * @param needs what an input must bring
 * @param usedBy published models and systems
 * @param cost beside the matrix product of its gate
 */
public record RouterFacts(
    String formula,
    String learned,
    String choices,
    String balanced,
    String needs,
    String usedBy,
    String cost) {}
