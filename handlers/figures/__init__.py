"""统计: what a department's or a place's cases come to, as lines, as a picture and as a workbook."""
