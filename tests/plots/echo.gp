# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
# gnuplot -e "in='FILE'; out='FILE.png'; what='TITLE'" echo.gp: echo, and what cancellers leave of it, over time.
# Columns of in: seconds, echo, residual of ours, residual of SpeexDSP's, the latter three in dBm0.
set terminal pngcairo size 1000,500 font "Sans,11"
set output out
set title what
set xlabel "seconds"
set ylabel "dBm0"
set grid back lc rgb "#bbbbbb"
set key outside top center horizontal
plot in using 1:2 with lines lc rgb "#999999" title "echo", \
     in using 1:4 with lines lc rgb "#d07000" title "left by SpeexDSP's MDF", \
     in using 1:3 with lines lc rgb "#0050b0" lw 1.5 title "left by Causeway's canceller"
