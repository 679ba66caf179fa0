"""Reports: charts, tables, prose and documents from result rows. Renders, and computes no statistic."""
