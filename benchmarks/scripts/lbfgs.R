# R's nnet (BFGS) from given starts: FOLDER ITERATIONS. Prints the best mean loss and the seconds
# of all starts, as JSON.
suppressPackageStartupMessages(library(nnet))
words <- commandArgs(trailingOnly = TRUE)
data <- as.matrix(read.table(file.path(words[1], "data.txt")))
starts <- as.matrix(read.table(file.path(words[1], "starts.txt")))
n <- ncol(data)
x <- data[, -n, drop = FALSE]
y <- data[, n]
size <- (ncol(starts) - 1) / (n + 1)
fit <- function(start) {
  nnet(x, y, size = size, Wts = start, entropy = TRUE, maxit = as.integer(words[2]),
       MaxNWts = length(start), trace = FALSE)$value / length(y)
}
seconds <- system.time(losses <- apply(starts, 1, fit))[["elapsed"]]
cat(sprintf('{"seconds": %.6f, "loss": %.12g}\n', seconds, min(losses)))
