# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
# gnuplot -e "in='FILE'; out='FILE.png'; what='TITLE'; both=0|1" echo.gp: echo, and what cancellers leave of it, over time;
# both: the near end speaks as well, from 5 to 10 s.
# Columns of in: seconds, echo, residual of ours, residual of SpeexDSP's, the latter three in dBm0.
set terminal pngcairo size 900,450 font "Sans,11"
set output out
set title what
set xlabel "time, s"
set ylabel "level, dBm0"
set xrange [0:16.4]
set yrange [-70:0]
if (both) set object rectangle from 5,-70 to 10,0 behind fc rgb "#fff4d8" fs noborder
if (both) set label "both ends speak" at 7.5,-3 center
set grid back lt 1 lw 0.5 lc rgb "#dddddd"
set key outside top center horizontal
plot in using 1:2 with lines lc rgb "#999999" title "the line", \
     in using 1:4 with lines lc rgb "#d07000" title "after SpeexDSP's MDF", \
     in using 1:3 with lines lc rgb "#0050b0" lw 1.5 title "after Causeway's canceller"
